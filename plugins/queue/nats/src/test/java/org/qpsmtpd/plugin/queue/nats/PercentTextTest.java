package org.qpsmtpd.plugin.queue.nats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PercentTextTest {
    @ParameterizedTest
    @CsvSource({
        "amy@example.com,   amy@example.com",
        "jörg@exämple.org,  j%C3%B6rg@ex%C3%A4mple.org",
        "100%@x,            100%25@x",
        "a b@x,             a%20b@x",
        "'',                ''"
    })
    void isPrintableAsciiAndCanBeReadBack(String text, String percent) {
        assertThat(PercentText.of(text)).isEqualTo(percent);
    }
}
