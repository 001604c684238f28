package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReportUriTest {
    @Test
    void readsAddresses() {
        assertThat(ReportUri.parse("mailto:a@Example.ORG , MAILTO:b%2Bc@example.net", 5))
                .containsExactly(
                        new ReportUri("a", "example.org", 0),
                        new ReportUri("b+c", "example.net", 0));
        assertThat(ReportUri.parse("mailto:a@example.org?subject=x%0ay", 5))
                .extracting(ReportUri::address)
                .containsExactly("a@example.org");
    }

    @Test
    void readsLimits() {
        assertThat(ReportUri.parse("mailto:a@example.org!10m,mailto:b@example.org!7", 5))
                .extracting(ReportUri::limit)
                .containsExactly(10L << 20, 7L);
        ReportUri small = new ReportUri("a", "example.org", 7);
        assertThat(small.takes(7)).isTrue();
        assertThat(small.takes(8)).isFalse();
        assertThat(new ReportUri("a", "example.org", 0).takes(Long.MAX_VALUE)).isTrue();
        assertThat(ReportUri.parse("mailto:a@example.org!999999999999999t", 5).get(0).limit())
                .isZero();
    }

    @Test
    void takesAFewAndNoneTwice() {
        assertThat(ReportUri.parse("mailto:a@b.example,mailto:a@b.example,mailto:c@d.example", 2))
                .hasSize(2);
        assertThat(ReportUri.parse("mailto:a@b.example,".repeat(400), 5)).hasSize(1);
        assertThat(ReportUri.parse("mailto:a@b.example,".repeat(4000), 5)).isEmpty();
        assertThat(ReportUri.parse("https://a.example/, mailto:a@b.example", 1)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a@example.org",
                "https://example.org/",
                "mailto:",
                "mailto:@example.org",
                "mailto:a",
                "mailto:a@",
                "mailto:a@b..example",
                "mailto:a@[192.0.2.1]",
                "mailto:a b@example.org",
                "mailto:a%0d%0aRCPT%20TO:@example.org",
                "mailto:a%0@example.org",
                "mailto:a%zz@example.org",
                "mailto:%22a%22@example.org",
                "mailto:a>@example.org",
                "mailto:\u00e4@example.org"
            })
    void leavesOutWhatIsNone(String text) {
        assertThat(ReportUri.parse(text, 5)).isEmpty();
    }
}
