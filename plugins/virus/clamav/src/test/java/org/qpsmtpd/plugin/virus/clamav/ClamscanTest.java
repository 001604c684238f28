package org.qpsmtpd.plugin.virus.clamav;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

/** The plugin with clamscan itself, where that is installed, and a signature of the test's own. */
@Timeout(60)
final class ClamscanTest {
    private static final Path CLAMSCAN = Path.of("/usr/bin/clamscan");

    /** In parts, so that no scanner finds it here. */
    private static final String EICAR =
            "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    private final Path folder;

    ClamscanTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static HookResult answer(Path database, String body) {
        Map<String, String> values =
                Map.of("database", database.toString(), "action", "reject", "timeout", "50");
        return new ClamavPlugin(Configs.config(ClamavConfig.class, values))
                .onDataPost(FakeTransaction.create().withMessage("Subject: a\n\n" + body + "\n"));
    }

    @Test
    void findsWhatTheSignatureSays() throws IOException {
        assumeTrue(Files.isExecutable(CLAMSCAN), "clamscan is not installed");
        String hex = HexFormat.of().formatHex(EICAR.getBytes(US_ASCII));
        Files.writeString(folder.resolve("test.ndb"), "Test.Eicar:0:*:" + hex + "\n");

        assertThat(answer(folder, EICAR).text()).isEqualTo("Virus Found: Test.Eicar.UNOFFICIAL");
        assertThat(answer(folder, "hello")).isEqualTo(HookResult.pass("clean"));
    }

    @Test
    void defersWithoutSignatures() {
        assumeTrue(Files.isExecutable(CLAMSCAN), "clamscan is not installed");

        assertThat(answer(folder.resolve("none"), EICAR).action()).isEqualTo(Action.DENYSOFT);
    }
}
