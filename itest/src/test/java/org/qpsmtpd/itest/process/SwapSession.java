package org.qpsmtpd.itest.process;

import java.util.List;
import java.util.Map;

/**
 * What one session of a {@link SwapClient} was like. Times are those of {@link System#nanoTime}.
 *
 * @param messages how many messages it was to send
 * @param began before the connection was made
 * @param greeted when the greeting was there
 * @param ended when the server had said goodbye
 * @param seen the version of each plugin it met, by hook
 * @param accepted ids of the messages that were answered with 250
 */
record SwapSession(
        int messages,
        long began,
        long greeted,
        long ended,
        Map<String, Integer> seen,
        List<String> accepted) {
    SwapSession {
        seen = Map.copyOf(seen);
        accepted = List.copyOf(accepted);
    }

    /** The version of a hook's plugin; 0 when it met none. */
    int version(String hook) {
        return seen.getOrDefault(hook, 0);
    }
}
