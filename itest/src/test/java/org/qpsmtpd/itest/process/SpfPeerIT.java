package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.mailauth.spf.SpfChecker;
import org.qpsmtpd.mailauth.spf.SpfRequest;
import org.qpsmtpd.mailauth.spf.SpfSettings;
import org.qpsmtpd.mailauth.spf.SpfVerdict;

/** Our SPF and that of Debian's python3-spf say the same of records that nobody chose. */
final class SpfPeerIT {
    private static final Path LIBRARY = Path.of("/usr/lib/python3/dist-packages/spf.py");
    private static final long SEED = 7208;
    private static final int CASES = 10_000;

    @Test
    void agreesWithAnotherLibrary(@TempDir Path folder) throws Exception {
        if (!Files.isReadable(LIBRARY)) {
            Program.missing("python3-spf");
        }
        List<SpfCases.Case> cases = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        SpfCases source = new SpfCases(SEED);
        for (int i = 0; i < CASES; i++) {
            cases.add(source.next());
            text.append(cases.get(i).text());
        }
        Path file = Files.writeString(folder.resolve("cases"), text, ISO_8859_1);
        Program python = new Program(Path.of("/usr/bin/python3")); // the one that has the library
        Program.Result result = python.run("src/test/resources/spf/peer.py", file.toString());
        assertThat(result.status()).as(result.output()).isZero();
        List<String> theirs = result.output().lines().toList();
        assertThat(theirs).hasSize(CASES);

        List<String> differences = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            SpfVerdict ours = check(cases.get(i));
            SpfDifference difference = SpfDifference.of(ours, theirs.get(i));
            if (difference == SpfDifference.UNKNOWN) {
                differences.add(ours.summary() + " / " + theirs.get(i) + cases.get(i).text());
            }
        }
        assertThat(differences).isEmpty();
    }

    private static SpfVerdict check(SpfCases.Case each) throws Exception {
        int at = each.sender().lastIndexOf('@');
        SpfRequest request =
                SpfRequest.mailFrom(
                        InetAddress.getByName(each.client()),
                        each.helo(),
                        at < 0 ? "" : each.sender().substring(0, at),
                        each.sender().substring(at + 1));
        return new SpfChecker(new SpfZone(each.zone()), SpfSettings.of("mx.example.net"))
                .check(request)
                .toCompletableFuture()
                .get();
    }
}
