package org.qpsmtpd.mailauth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.ZoneDns;

/** Records as nobody should write them, always the same ones. */
final class FuzzTest {
    private static final long SEED = 7208;
    private static final int RECORDS = 20_000;
    private static final int LONGEST = 65_535;

    private static final List<String> PIECES =
            List.of(
                    "all",
                    "include:",
                    "a",
                    "mx",
                    "ptr",
                    "ip4:",
                    "ip6:",
                    "exists:",
                    "redirect=",
                    "exp=",
                    "x=",
                    "-",
                    "~",
                    "?",
                    "+",
                    " ",
                    "  ",
                    ":",
                    "/",
                    "//",
                    "24",
                    "64",
                    "129",
                    "0",
                    "%",
                    "%{",
                    "}",
                    "%{d}",
                    "%{l1r-}",
                    "%{p}",
                    "%{ir}",
                    "%%",
                    "%_",
                    "%-",
                    ".",
                    "..",
                    "a.example",
                    "b.example.",
                    "192.0.2.1",
                    "::1",
                    "2001:db8::",
                    "\u0000",
                    "\u00FF",
                    "\t",
                    "\r\n",
                    "v=spf1",
                    "=",
                    "example",
                    "A",
                    "MX");

    private final Random random = new Random(SEED);

    @Test
    void noRecordBreaksACheck() throws Exception {
        int good = 0;
        for (int i = 0; i < RECORDS; i++) {
            ZoneDns dns = new ZoneDns();
            for (String name : List.of("a.example", "b.example", "example.org")) {
                dns.with(name, "TXT", "v=spf1 " + pieces(12))
                        .with(name, "A", "192.0.2." + random.nextInt(4))
                        .with(name, "MX", List.of(1, "b.example"));
            }
            SpfVerdict verdict = check(dns, "example.org");
            assertThat(dns.questions()).hasSizeLessThan(11 * 12);
            assertThat(verdict.explanation()).matches("[ -~]*");
            good += verdict.result() == SpfResult.PERMERROR ? 0 : 1;
        }
        assertThat(good).isGreaterThan(RECORDS / 50);
    }

    @Test
    void recordsOfTheLargestSizeAreReadInTheirTime() throws Exception {
        List<String> units =
                List.of(
                        "a",
                        " ",
                        "%",
                        "%{",
                        "%{d",
                        "%%",
                        "}",
                        "/",
                        "//1",
                        "1",
                        ":",
                        "::",
                        ".",
                        "x=",
                        "ip4:1.2.3.4 ",
                        "ip6::: ",
                        "a:%{d}",
                        "%{l}",
                        "a. ",
                        "a/1 ",
                        "x=%{d} ",
                        "-",
                        "\u00FF",
                        "\u0000",
                        "a:" + "b.".repeat(100));
        for (String unit : units) {
            String text = "v=spf1 ip4:192.0.2.9 " + unit.repeat(LONGEST / unit.length());
            ZoneDns dns = new ZoneDns().with("example.org", "TXT", text);
            assertThat(check(dns, "example.org").result()).isNotNull();
            ZoneDns asExplanation =
                    new ZoneDns()
                            .with("example.org", "TXT", "v=spf1 -all exp=why.example")
                            .with("why.example", "TXT", unit.repeat(LONGEST / unit.length()));
            assertThat(check(asExplanation, "example.org").explanation())
                    .hasSizeLessThanOrEqualTo(1000);
        }
    }

    @Test
    void namesOfAnyKindComeBackAsResults() throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            ZoneDns dns =
                    new ZoneDns().with("example.org", "TXT", "v=spf1 exists:%{h}.%{l}.%{s} -all");
            SpfRequest request =
                    SpfRequest.mailFrom(
                            InetAddress.getByName("192.0.2.1"),
                            characters(80),
                            characters(80),
                            random.nextBoolean() ? "example.org" : characters(80));
            SpfVerdict verdict =
                    new SpfChecker(dns, SpfSettings.of("mx"))
                            .check(request)
                            .toCompletableFuture()
                            .get();
            assertThat(ReceivedSpf.value(verdict, "mx")).matches("[ -~\n]*");
        }
    }

    private static SpfVerdict check(ZoneDns dns, String domain) throws Exception {
        SpfRequest request =
                SpfRequest.mailFrom(
                        InetAddress.getByName("192.0.2.1"), "a.example", "user", domain);
        return new SpfChecker(dns, SpfSettings.of("mx")).check(request).toCompletableFuture().get();
    }

    private String pieces(int most) {
        List<String> pieces = new ArrayList<>();
        for (int i = random.nextInt(most); i >= 0; i--) {
            pieces.add(PIECES.get(random.nextInt(PIECES.size())));
            pieces.add(random.nextInt(3) == 0 ? " " : "");
        }
        return String.join("", pieces);
    }

    private String characters(int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(
                    (char)
                            (random.nextInt(4) == 0
                                    ? random.nextInt(0x10000)
                                    : 32 + random.nextInt(95)));
        }
        return text.toString();
    }
}
