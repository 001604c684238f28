package org.qpsmtpd.plugin.queue.smtpforward;

import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;

/**
 * The settings, checked.
 *
 * @param host name, or address without brackets
 * @param xclient whether to tell the next hop who the client is
 * @param timeout for a connection, a reply and a write
 * @param maxTime for a message in all
 * @param idleConnections how many are kept
 * @param idleTime how long one is kept
 */
record NextHop(
        String host,
        int port,
        boolean xclient,
        TlsMode tls,
        SSLSocketFactory sockets,
        Duration timeout,
        Duration maxTime,
        int idleConnections,
        Duration idleTime,
        int messagesPerConnection,
        boolean strictEightBit) {

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    static NextHop of(SmtpForwardConfig config) {
        TlsMode tls = TlsMode.of(config.tls());
        if (!config.caFile().isEmpty() && tls != TlsMode.VERIFY) {
            throw new IllegalArgumentException("caFile is used with tls verify only");
        }
        return new NextHop(
                host(config.host()),
                config.port(),
                hasXclient(config.flags()),
                tls,
                TlsSockets.factory(tls, config.caFile()),
                Duration.ofSeconds(config.timeoutSeconds()),
                Duration.ofSeconds(config.maxSeconds()),
                config.idleConnections(),
                Duration.ofSeconds(config.idleSeconds()),
                config.messagesPerConnection(),
                config.strictEightBit());
    }

    /** For messages: {@code HOST:PORT}. */
    String place() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static String host(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "host is missing: queue/smtp-forward needs HOST [PORT] [xclient]");
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String host = bracketed ? text.substring(1, text.length() - 1) : text;
        int colon = host.indexOf(':');
        if (!bracketed && colon > 0 && colon == host.lastIndexOf(':')) {
            throw new IllegalArgumentException(
                    "host '"
                            + text
                            + "' has a colon; the port is the second word: "
                            + host.replace(':', ' '));
        }
        if (host.isEmpty() || !host.chars().allMatch(NextHop::isHostChar)) {
            throw new IllegalArgumentException(
                    "host '" + text + "' is neither a host name nor an address");
        }
        return host;
    }

    private static boolean isHostChar(int c) {
        return c < 127 && (Character.isLetterOrDigit(c) || ".-_:%".indexOf(c) >= 0);
    }

    private static boolean hasXclient(String[] flags) {
        for (String flag : flags) {
            if (!flag.toLowerCase(Locale.ROOT).equals("xclient")) {
                throw new IllegalArgumentException("flag '" + flag + "' is not xclient");
            }
        }
        return flags.length > 0;
    }
}
