package org.qpsmtpd.plugin.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderDateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Fri, 21 Nov 1997 09:55:06 -0600",
                "21 Nov 1997 09:55:06 -0600",
                " Fri , 21\tNov 1997 09 : 55 : 06 -0600",
                "Fri, 21\r\n Nov 1997\r\n 09(comment):55:06 -0600",
                "Fri (day (nested \\) still)), 21 Nov 1997 09:55:06 -0600 (CST)",
                "(a) Fri, (b) 21 (c) Nov (d) 1997 (e) 09:55:06 (f) -0600 (unclosed",
                "fri, 21 NOV 97 09:55:06 -0600",
                "21 November 097 09:55:06 -0600",
                "Friday 21 Nov 1997 09:55:06 CST",
                "Mon, 21 Nov 1997 09:55:06 cst and more",
                "21 Nov 1997 15:55:06 GMT",
                "21 Nov 1997 15:55:06 UT",
                "21 Nov 1997 15:55:06 +0000",
                "21 Nov 1997 15:55:06 -0000",
                "21 Nov 1997 15:55:06 Z",
                "21 Nov 1997 15:55:06 X",
                "21 Nov 1997 15:55:06 CEST",
                "21 Nov 1997 15:55:06",
                "22 Nov 1997 01:25:06 +0930"
            })
    void readsTheForms(String text) {
        assertThat(HeaderDate.parse(text)).contains(Instant.parse("1997-11-21T15:55:06Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "EST, 17:00", "EDT, 16:00", "CST, 18:00", "CDT, 17:00",
        "MST, 19:00", "MDT, 18:00", "PST, 20:00", "PDT, 19:00"
    })
    void knowsTheAmericanZones(String zone, String utc) {
        assertThat(HeaderDate.parse("1 Jan 2026 12:00 " + zone))
                .contains(Instant.parse("2026-01-01T" + utc + ":00Z"));
    }

    @ParameterizedTest
    @CsvSource({"49, 2049", "50, 1950", "99, 1999", "00, 2000", "100, 2000", "126, 2026"})
    void readsShortYears(String year, int meant) {
        assertThat(HeaderDate.parse("1 Jan " + year + " 00:00:00 +0000"))
                .contains(Instant.parse(meant + "-01-01T00:00:00Z"));
    }

    @Test
    void readsALeapSecondAsTheOneBefore() {
        assertThat(HeaderDate.parse("31 Dec 2016 23:59:60 +0000"))
                .contains(Instant.parse("2016-12-31T23:59:59Z"));
    }

    @ParameterizedTest
    @CsvSource({"+9999, 2025-12-27T19:21:00Z", "-2400, 2026-01-02T00:00:00Z"})
    void acceptsZonesThatDoNotExist(String zone, Instant moment) {
        assertThat(HeaderDate.parse("1 Jan 2026 00:00:00 " + zone)).contains(moment);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "yesterday",
                "Fri,",
                "21 Nov",
                "21 Nov 1997",
                "21 Nov 1997 09",
                "21 Nov 1997 09.55.06 -0600",
                "32 Nov 1997 09:55:06 -0600",
                "30 Feb 1997 09:55:06 -0600",
                "21 Foo 1997 09:55:06 -0600",
                "21 No 1997 09:55:06 -0600",
                "21 Nov 19970 09:55:06 -0600",
                "21 Nov 1997 24:55:06 -0600",
                "21 Nov 1997 09:60:06 -0600",
                "21 Nov 1997 09:55:61 -0600",
                "21 Nov 1997 09:55:06 -06000",
                "21 Nov 1997 ٠٩:55:06 -0600",
                "(21 Nov 1997 09:55:06 -0600)",
                "1997-11-21T15:55:06Z"
            })
    void doesNotReadAnythingElse(String text) {
        assertThat(HeaderDate.parse(text)).isEmpty();
    }
}
