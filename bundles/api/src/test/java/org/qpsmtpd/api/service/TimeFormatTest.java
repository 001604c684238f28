package org.qpsmtpd.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeFormatTest {
    private static final ZonedDateTime MORNING =
            ZonedDateTime.of(2027, 1, 3, 4, 5, 6, 789, ZoneOffset.UTC);
    private static final ZonedDateTime EVENING =
            ZonedDateTime.of(2026, 12, 31, 13, 0, 0, 0, ZoneId.of("America/St_Johns"));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "%a %b %e %H:%M:%S %Y, Sun Jan  3 04:05:06 2027, Thu Dec 31 13:00:00 2026",
                "%A %B %h, Sunday January Jan, Thursday December Dec",
                "%c, Sun Jan  3 04:05:06 2027, Thu Dec 31 13:00:00 2026",
                "%C %y %G %g, 20 27 2026 26, 20 26 2026 26",
                "%d %m %j, 03 01 003, 31 12 365",
                "%D %x, 01/03/27 01/03/27, 12/31/26 12/31/26",
                "%F %T %X, 2027-01-03 04:05:06 04:05:06, 2026-12-31 13:00:00 13:00:00",
                "%I %p %P, 04 AM am, 01 PM pm",
                "\"[%k,%l]\", \"[ 4, 4]\", \"[13, 1]\"",
                "%r %R, 04:05:06 AM 04:05, 01:00:00 PM 13:00",
                "%s, 1798949106, 1798734600",
                "%u %w, 7 0, 4 4",
                "%U %V %W, 01 53 00, 52 53 52",
                "%z %Z, +0000 Z, -0330 NST",
                "%Ey %Od, 27 03, 26 31",
                "a%%b%n%t, \"a%b\n\t\", \"a%b\n\t\"",
            })
    void writesWhatStrftimeWrites(String pattern, String morning, String evening) {
        assertThat(new TimeFormat(pattern).format(MORNING, "s")).isEqualTo(morning);
        assertThat(new TimeFormat(pattern).format(EVENING, "s")).isEqualTo(evening);
    }

    @Test
    void putsTheSessionIn() {
        assertThat(new TimeFormat("/log/%i.log").format(MORNING, "123-4-5"))
                .isEqualTo("/log/123-4-5.log");
        assertThat(new TimeFormat("/log/%i").namesSession()).isTrue();
        assertThat(new TimeFormat("/log/%%i%Y").namesSession()).isFalse();
    }

    @Test
    void leavesTheSessionOutWithoutOne() {
        assertThat(new TimeFormat("/log/%i.%Y").format(MORNING, "")).isEqualTo("/log/%i.2027");
    }

    @ParameterizedTest
    @CsvSource({"a%", "%q", "%E", "%EQ", "50%-"})
    void keepsWhatIsNoConversion(String pattern) {
        assertThat(new TimeFormat(pattern).format(MORNING, "s")).isEqualTo(pattern);
    }

    @Test
    void countsTwelveHoursFromTwelve() {
        TimeFormat format = new TimeFormat("%I%p");
        assertThat(format.format(MORNING.withHour(0), "s")).isEqualTo("12AM");
        assertThat(format.format(MORNING.withHour(12), "s")).isEqualTo("12PM");
    }
}
