package org.qpsmtpd.api.peer;

import java.time.Duration;
import java.util.List;

/**
 * How a service is asked.
 *
 * @param backends where it is; the one with the fewest exchanges under way is asked, the first of
 *     those that have equally few; another one when it fails before anything of its answer was seen
 * @param timeout what an exchange may take in all
 * @param connections exchanges with one backend at a time
 * @param keep how long a connection without an exchange is kept for the next one; zero for a
 *     connection for each exchange
 * @param failures after how many failures in a row a backend is left out
 * @param pause for how long; then a single exchange tries it
 */
public record PeerSettings(
        List<PeerAddress> backends,
        Duration timeout,
        int connections,
        Duration keep,
        int failures,
        Duration pause) {

    /** Copies the list. */
    public PeerSettings {
        backends = List.copyOf(backends);
        if (backends.isEmpty()) {
            throw new IllegalArgumentException("a peer needs an address");
        }
    }

    /**
     * With a connection for each exchange.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    public static PeerSettings of(List<PeerAddress> backends, PeerOptions options) {
        return new PeerSettings(
                backends,
                Duration.ofSeconds(number("timeoutSeconds", options.timeoutSeconds(), 280)),
                number("connections", options.connections(), 10_000),
                Duration.ZERO,
                number("failures", options.failures(), 1_000),
                Duration.ofSeconds(number("pauseSeconds", options.pauseSeconds(), 3_600)));
    }

    /** The same with connections kept. */
    public PeerSettings keeping(Duration newKeep) {
        return new PeerSettings(backends, timeout, connections, newKeep, failures, pause);
    }

    private static int number(String option, String text, int most) {
        int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' is not a whole number from 1 to " + most);
        }
        return number;
    }
}
