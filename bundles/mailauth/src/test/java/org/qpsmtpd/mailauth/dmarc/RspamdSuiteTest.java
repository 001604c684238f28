package org.qpsmtpd.mailauth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.qpsmtpd.mailauth.ZoneDns;
import org.qpsmtpd.mailauth.author.Authors;
import org.qpsmtpd.mailauth.dkim.DkimLimits;
import org.qpsmtpd.mailauth.dkim.DkimResult;
import org.qpsmtpd.mailauth.dkim.DkimVerification;
import org.qpsmtpd.mailauth.dkim.DkimVerifier;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.Suites;
import org.qpsmtpd.mailauth.spf.SpfChecker;
import org.qpsmtpd.mailauth.spf.SpfRequest;
import org.qpsmtpd.mailauth.spf.SpfResult;
import org.qpsmtpd.mailauth.spf.SpfSettings;

/** The messages of rspamd's test of DMARC, from the header to the verdict. */
final class RspamdSuiteTest {
    private static final InstantSource NOW =
            InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));

    /**
     * Rows whose answer is another one by RFC 9989: the only record is below the domain that signed
     * or sent, which is not found from there; and the zone has no record for the last ones.
     */
    private static final Map<Integer, String> OTHERWISE =
            Map.of(10, "fail, policy reject", 13, "fail, policy reject", 15, "none", 16, "none");

    @TestFactory
    Stream<DynamicTest> rows() throws IOException {
        Path folder = Suites.folder("dmarc/rspamd");
        ZoneDns dns = zone(folder);
        List<String> rows = Files.readAllLines(folder.resolve("cases.tsv"));
        assertThat(rows).hasSize(17);
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 1; i < rows.size(); i++) {
            String[] columns = rows.get(i).split("\t", -1);
            String expected = OTHERWISE.getOrDefault(i, columns[3]);
            tests.add(
                    dynamicTest(
                            i + " " + columns[0],
                            () ->
                                    assertThat(expected)
                                            .startsWith(summary(evaluate(folder, columns, dns)))));
        }
        return tests.stream();
    }

    private static ZoneDns zone(Path folder) {
        ZoneDns dns = new ZoneDns();
        Map<?, ?> names = (Map<?, ?>) Suites.documents(folder.resolve("dns.yml")).get(0);
        names.forEach(
                (name, types) ->
                        ((Map<?, ?>) types).forEach((type, value) -> add(dns, name, type, value)));
        return dns;
    }

    private static void add(ZoneDns dns, Object name, Object type, Object value) {
        if (value instanceof List<?> records) {
            records.forEach(record -> dns.with("" + name, "" + type, record));
        } else if (value.equals("TIMEOUT")) {
            dns.with("" + name, "TIMEOUT", "");
        }
    }

    private static String summary(DmarcVerdict verdict) {
        boolean isFail = verdict.result() == DmarcResult.FAIL;
        return verdict.result().word() + (isFail ? ", policy " + verdict.policy().word() : "");
    }

    private static DmarcVerdict evaluate(Path folder, String[] columns, ZoneDns dns)
            throws Exception {
        MessageText message = new MessageText(Suites.crlf(Suites.text(folder.resolve(columns[0]))));
        List<Identifier> identifiers = new ArrayList<>(signers(message, dns));
        if (!columns[2].equals("-")) {
            identifiers.addAll(sender(columns[1], columns[2], dns));
        }
        List<String> from =
                Header.of(message.fields()).all("from").stream().map(f -> f.value()).toList();
        return new DmarcChecker(dns, Tree.LIMIT, Clock.systemUTC())
                .check(new DmarcRequest(Authors.of(from).domains(), identifiers))
                .toCompletableFuture()
                .get();
    }

    private static List<Identifier> signers(MessageText message, ZoneDns dns) {
        DkimVerification verification =
                new DkimVerifier(dns, DkimLimits.USUAL, NOW).begin(message.fields());
        byte[] octets = message.octets();
        verification.body(octets, message.bodyStart(), octets.length - message.bodyStart());
        return verification.results().stream()
                .filter(DkimResult::isPass)
                .map(each -> Identifier.pass(Identifier.Method.DKIM, each.domain()))
                .toList();
    }

    private static List<Identifier> sender(String client, String sender, ZoneDns dns)
            throws Exception {
        String domain = sender.substring(sender.indexOf('@') + 1);
        SpfRequest request =
                SpfRequest.mailFrom(InetAddress.getByName(client), "mx.example", "foo", domain);
        SpfResult result =
                new SpfChecker(dns, SpfSettings.of("mx.example"))
                        .check(request)
                        .toCompletableFuture()
                        .get()
                        .result();
        return result == SpfResult.PASS
                ? List.of(Identifier.pass(Identifier.Method.SPF, domain))
                : List.of();
    }
}
