package org.qpsmtpd.api.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogLevelTest {
    @ParameterizedTest
    @CsvSource({
        "0, EMERG",
        "7, DEBUG",
        "INFO, INFO",
        "LOGINFO, INFO",
        "loginfo, INFO",
        "' warn ', WARN",
        "LOGRADAR, EMERG",
        "radar, EMERG",
        "LOGCRIT, CRIT"
    })
    void reads(String text, LogLevel level) {
        assertThat(LogLevel.parse(text)).isEqualTo(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LOUD", "LOG", "-1", "123", "1.5"})
    void refusesOthers(String text) {
        assertThatThrownBy(() -> LogLevel.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "log level '" + text + "' is not 0 to 7 or one of LOGEMERG");
    }

    @Test
    void hasTheNumbersOfQpsmtpd() {
        for (int number = 0; number < 8; number++) {
            assertThat(LogLevel.ofNumber(number).number()).isEqualTo(number);
        }
        assertThat(LogLevel.ofNumber(-5)).isEqualTo(LogLevel.EMERG);
        assertThat(LogLevel.ofNumber(99)).isEqualTo(LogLevel.DEBUG);
        assertThat(LogLevel.values()).hasSize(8);
    }

    @Test
    void showsWhatIsAtLeastAsUrgent() {
        assertThat(LogLevel.WARN.shows(LogLevel.WARN)).isTrue();
        assertThat(LogLevel.WARN.shows(LogLevel.EMERG)).isTrue();
        assertThat(LogLevel.WARN.shows(LogLevel.NOTICE)).isFalse();
    }
}
