package org.qpsmtpd.api.peer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

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
 * @param tls what connections are encrypted with from the first octet on; null for connections in
 *     clear
 * @param passesFiles whether open files can be passed over the connections, see {@link
 *     #passingFiles}
 */
public record PeerSettings(
        List<PeerAddress> backends,
        Duration timeout,
        int connections,
        Duration keep,
        int failures,
        Duration pause,
        @Nullable SSLContext tls,
        boolean passesFiles) {

    /** Copies the list. */
    public PeerSettings {
        backends = List.copyOf(backends);
        if (backends.isEmpty()) {
            throw new IllegalArgumentException("a peer needs an address");
        }
        if (tls != null) {
            backends.forEach(PeerSettings::requireName);
        }
        if (passesFiles) {
            backends.forEach(PeerSettings::requireSocket);
        }
    }

    private static void requireName(PeerAddress address) {
        if (address.socket().isPresent()) {
            throw new IllegalArgumentException(
                    address + ": TLS needs a host, whose name the certificate has");
        }
    }

    private static void requireSocket(PeerAddress address) {
        if (address.socket().isEmpty()) {
            throw new IllegalArgumentException(
                    address + ": an open file can be passed over a socket in the file system only");
        }
    }

    /** With connections in clear. */
    public PeerSettings(
            List<PeerAddress> backends,
            Duration timeout,
            int connections,
            Duration keep,
            int failures,
            Duration pause) {
        this(backends, timeout, connections, keep, failures, pause, null, false);
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
        return new PeerSettings(
                backends, timeout, connections, newKeep, failures, pause, tls, passesFiles);
    }

    /**
     * The same with connections that are encrypted from the first octet on. A certificate must have
     * the backend's name, and be signed by whom the context trusts.
     *
     * @param context how the client's side is set up
     * @throws IllegalArgumentException when a backend is a socket in the file system
     */
    public PeerSettings encrypted(SSLContext context) {
        return new PeerSettings(
                backends, timeout, connections, keep, failures, pause, context, passesFiles);
    }

    /**
     * The same with connections over which open files can be passed, see {@link Exchange#passing}.
     *
     * @throws IllegalArgumentException when a backend is not a socket in the file system
     */
    public PeerSettings passingFiles() {
        return new PeerSettings(backends, timeout, connections, keep, failures, pause, tls, true);
    }

    /** What connections are encrypted with; absent for connections in clear. */
    public Optional<SSLContext> encryption() {
        return Optional.ofNullable(tls);
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
