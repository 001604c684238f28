package org.qpsmtpd.itest;

import java.time.Duration;

/** How long the tests wait for something that must come. Long: what comes at all comes at once. */
public final class Waiting {
    /** For a reply, a line of the log, the end of a process. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private Waiting() {}
}
