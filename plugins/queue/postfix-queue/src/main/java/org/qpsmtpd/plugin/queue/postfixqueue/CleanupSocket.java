package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.qpsmtpd.api.net.Dialer;

/**
 * Where a cleanup listens.
 *
 * @param host empty for a socket in the file system
 * @param port 0 for a socket in the file system
 */
record CleanupSocket(String path, String host, int port) {
    /** Where Debian's Postfix, and most others, have it. */
    static final CleanupSocket USUAL = of("/var/spool/postfix/public/cleanup");

    /**
     * Reads an absolute path, or {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException saying what may stand there
     */
    static CleanupSocket of(String text) {
        if (text.startsWith("/")) {
            return new CleanupSocket(text, "", 0);
        }
        int colon = text.lastIndexOf(':');
        String digits = text.substring(colon + 1);
        int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        boolean fits = colon > 0 && port > 0 && port <= 65535 && text.indexOf(' ') < 0;
        if (!fits) {
            throw new IllegalArgumentException(
                    "'" + text + "' is neither an absolute path nor HOST:PORT");
        }
        return new CleanupSocket("", text.substring(0, colon), port);
    }

    /**
     * Connects to the first that answers; each has an equal share of the time that is left.
     *
     * @param all not empty
     * @throws IOException when none answers; the message names the last one
     */
    static Dialer first(List<CleanupSocket> all, Duration limit) throws IOException {
        long due = System.nanoTime() + limit.toNanos();
        IOException failure = new IOException("no socket of cleanup is named");
        for (int i = 0; i < all.size(); i++) {
            long left = due - System.nanoTime();
            try {
                return all.get(i).connect(Duration.ofNanos(left / (all.size() - i)));
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private Dialer connect(Duration limit) throws IOException {
        return path.isEmpty()
                ? Dialer.connect(host, port, limit)
                : Dialer.connect(Path.of(path), limit);
    }
}
