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
    @ValueSource(strings = {"+8", "-9", "+", "+x", "--1", "loud", ""})
    void refusesOthers(String setting) {
        assertThatThrownBy(() -> LevelSetting.parse(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + setting + "'");
    }
}
