package org.qpsmtpd.mailauth.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.mailauth.results.ReportedResults.Result;

class ReportedResultsTest {
    /** RFC 8601, appendix B.3 to B.6, and what is allowed between the words. */
    @Test
    void readsResultsWithTheirProperties() {
        String value =
                " Example.COM 1;\r\n auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n"
                        + " dkim=fail reason=\"bad \\\"signature\\\"; x\" header.i=@mail.example (a (b) \\) c);"
                        + " DKIM / 1 = (why) PASS header . D = example.com header.b=\"a/b=\"";

        assertThat(ReportedResults.parse(value))
                .contains(
                        new ReportedResults(
                                "example.com",
                                List.of(
                                        new Result(
                                                "auth",
                                                "pass",
                                                Map.of("smtp.auth", "sender@example.com")),
                                        new Result(
                                                "dkim",
                                                "fail",
                                                Map.of(
                                                        "reason",
                                                        "bad \"signature\"; x",
                                                        "header.i",
                                                        "@mail.example")),
                                        new Result(
                                                "dkim",
                                                "pass",
                                                Map.of(
                                                        "header.d",
                                                        "example.com",
                                                        "header.b",
                                                        "a/b=")))));
    }

    @Test
    void readsThatThereAreNone() {
        assertThat(ReportedResults.parse("example.org 1; none"))
                .contains(new ReportedResults("example.org", List.of()));
        assertThat(ReportedResults.parse("\"example.org\""))
                .contains(new ReportedResults("example.org", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "(no name); spf=pass",
                "a; spf",
                "a; spf=",
                "a; spf=pass smtp",
                "a; spf=pass smtp.mailfrom",
                "a; spf=pass other=x",
                "a; spf=pass smtp.mailfrom=\"open",
                "a; spf=pass (open smtp.mailfrom=x",
                "a; none; spf=pass",
                "a b; spf=pass",
                "a; spf=pass,dkim=pass"
            })
    void takesNothingOfWhatIsMalformed(String value) {
        assertThat(ReportedResults.parse(value)).isEmpty();
    }

    @Test
    void keepsItsBounds() {
        assertThat(ReportedResults.parse("a" + "; x=y".repeat(100))).isPresent();
        assertThat(ReportedResults.parse("a" + "; x=y".repeat(101))).isEmpty();
        StringBuilder properties = new StringBuilder("a; x=y");
        for (int i = 0; i < 31; i++) {
            properties.append(" p.q").append(i).append("=z");
        }
        assertThat(ReportedResults.parse(properties.toString())).isEmpty();
        assertThat(ReportedResults.parse("a; x=y " + "(".repeat(1_000_000))).isEmpty();
    }

    /** No text makes it throw. */
    @Test
    void readsWhateverComes() {
        Random random = new Random(8601);
        String alphabet = "a1;=.()\"\\ \r\n\t/@-,\u00e9\0none";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder("a;");
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(ReportedResults.parse(text.toString())).isNotNull();
        }
    }
}
