package org.qpsmtpd.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextTest {
    @ParameterizedTest
    @CsvSource({"-5, 0s", "7, 7s", "80, 1m20s", "3599, 59m59s", "11100, 3h05m", "187200, 2d04h"})
    void spansAreInTheTwoLargestUnits(long seconds, String text) {
        assertThat(Times.span(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 us", "350, 350 us", "1240, 1.2 ms", "3400000, 3.4 s"})
    void shortTimesHaveAUnit(long micros, String text) {
        assertThat(Times.micros(micros)).isEqualTo(text);
    }

    @Test
    void controlCharactersAreVisible() {
        assertThat(Printable.of("a\r\n\u001b[0m\u0085\u202e\ud800z"))
                .isEqualTo("a\\x0D\\x0A\\x1B[0m\\x85\\u202E\\uD800z");
        assertThat(Printable.of("grün \\ 日本 😀")).isEqualTo("grün \\ 日本 😀");
    }

    @Test
    void jsonHasTheNamesOfComponents() {
        record Row(String text, long number, List<String> list, Map<String, Long> map) {}
        assertThat(Json.of(List.of(new Row("a\"\n", 3, List.of("x"), Map.of("b", 1L, "a", 2L)))))
                .isEqualTo(
                        "[{\"text\":\"a\\\"\\n\",\"number\":3,\"list\":[\"x\"],"
                                + "\"map\":{\"a\":2,\"b\":1}}]");
    }

    @Test
    void placesAreShownWithoutWhatTheyShare() {
        Places one = Places.of(List.of("/srv/config/plugins:1", "/srv/config/plugins:12"));
        assertThat(one.shortened("/srv/config/plugins:12")).isEqualTo("plugins:12");
        Places two = Places.of(List.of("/srv/conf/plugins:1", "bundle x", "/srv/config/in/a:2"));
        assertThat(two.shortened("/srv/conf/plugins:1")).isEqualTo("conf/plugins:1");
        assertThat(two.shortened("bundle x")).isEqualTo("bundle x");
        Places apart = Places.of(List.of("/srv/config/plugins:1", "/etc/qpsmtpd/logging:1"));
        assertThat(apart.shortened("/srv/config/plugins:1")).isEqualTo(".../config/plugins:1");
        assertThat(apart.shortened("/logging:1")).isEqualTo("/logging:1");
    }
}
