package org.qpsmtpd.mailauth.spf;

import java.time.Clock;
import java.time.Duration;

/**
 * How checks are made.
 *
 * @param receiver name of the host that checks, which explanations may tell
 * @param lookups how many terms of a check may ask the DNS (RFC 7208, 4.6.4)
 * @param voids how many of them may find nothing
 * @param time after which no further question is asked
 * @param clock what time it is
 */
public record SpfSettings(String receiver, int lookups, int voids, Duration time, Clock clock) {
    private static final int LOOKUPS = 10;
    private static final int VOIDS = 2;
    private static final Duration TIME = Duration.ofSeconds(20);

    /** With the limits that the RFC gives. */
    public static SpfSettings of(String receiver) {
        return new SpfSettings(receiver, LOOKUPS, VOIDS, TIME, Clock.systemUTC());
    }
}
