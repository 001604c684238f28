package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.log.LogLevel;

class LevelSettingTest {
    @ParameterizedTest
    @CsvSource({
        "3,       INFO,   ERROR",
        "+2,      NOTICE, DEBUG",
        "+7,      INFO,   DEBUG",
        "-1,      WARN,   ERROR",
        "-7,      WARN,   EMERG",
        "LOGINFO, ERROR,  INFO",
        "debug,   ERROR,  DEBUG",
        "+0,      WARN,   WARN"
    })
    void adjusts(String setting, LogLevel asked, LogLevel shown) {
        assertThat(LevelSetting.parse(setting).adjust(asked)).isEqualTo(shown);
    }

    @Test
    void leavesLevelsAlone() {
        for (LogLevel level : LogLevel.values()) {
            assertThat(LevelSetting.UNCHANGED.adjust(level)).isEqualTo(level);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "+0, WARN,  WARN",
        "-2, WARN,  INFO",
        "-7, WARN,  DEBUG",
        "+2, WARN,  CRIT",
        "+7, WARN,  EMERG",
        "3,  WARN,  DEBUG",
        "5,  WARN,  EMERG"
    })
    void tellsTheLeastUrgentLineThatReachesALevel(
            String setting, LogLevel threshold, LogLevel least) {
        assertThat(LevelSetting.parse(setting).leastUrgent(threshold)).isEqualTo(least);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+8", "-9", "+", "+x", "--1", "loud", ""})
    void refusesOthers(String setting) {
        assertThatThrownBy(() -> LevelSetting.parse(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + setting + "'");
    }
}
