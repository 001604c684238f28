package org.qpsmtpd.smtpclient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Resolver;

/**
 * The settings, checked.
 *
 * @param protocol what is spoken
 * @param host name, address without brackets, or absolute path of a socket in the file system
 * @param port 1 to 65535; of no meaning with a socket
 * @param xclient whether to tell the next hop who the client is
 * @param tls how much of it; none with a socket
 * @param sockets makes the sockets of TLS
 * @param timeout for a connection, a reply and a write
 * @param maxTime for a message in all
 * @param idleConnections how many are kept
 * @param idleTime how long one is kept
 * @param messagesPerConnection after so many it is closed
 * @param strictEightBit whether 8-bit octets need 8BITMIME
 * @param resolver for {@code tls dane}; else null
 */
public record NextHop(
        Protocol protocol,
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
        boolean strictEightBit,
        @Nullable Resolver resolver) {
    private static final int LARGEST_PORT = 65_535;
    private static final Pattern WITH_PORT =
            Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]+):([0-9]{1,5})");

    /** Which protocol is spoken. */
    public enum Protocol {
        /** RFC 5321. */
        SMTP,

        /** RFC 2033. */
        LMTP
    }

    /**
     * Leaves TLS out where nobody is between.
     *
     * @throws IllegalArgumentException when there can be no TLSA records
     */
    public NextHop {
        if (isSocket(host)) {
            tls = TlsMode.NONE;
        }
        if (tls == TlsMode.DANE && resolver == null) {
            throw new IllegalArgumentException("tls dane is not for this plugin");
        }
        if (tls == TlsMode.DANE && (host.indexOf(':') >= 0 || host.matches("[0-9.]+"))) {
            throw new IllegalArgumentException(
                    "tls dane needs the name of the next hop, '" + host + "' is an address");
        }
    }

    /** One that needs no resolver. */
    public NextHop(
            Protocol protocol,
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
        this(
                protocol,
                host,
                port,
                xclient,
                tls,
                sockets,
                timeout,
                maxTime,
                idleConnections,
                idleTime,
                messagesPerConnection,
                strictEightBit,
                null);
    }

    /**
     * The factory of TLS sockets that a mode needs.
     *
     * @param caFile PEM file of the authorities that {@code tls verify} trusts, relative to the
     *     server's home; empty for those of the JDK
     * @throws IllegalArgumentException naming the setting and what is wrong with it
     */
    public static SSLSocketFactory sockets(TlsMode tls, String caFile) {
        if (!caFile.isEmpty() && tls != TlsMode.VERIFY) {
            throw new IllegalArgumentException("caFile is used with tls verify only");
        }
        return TlsSockets.factory(tls, caFile);
    }

    boolean isLmtp() {
        return protocol == Protocol.LMTP;
    }

    boolean isSocket() {
        return isSocket(host);
    }

    private static boolean isSocket(String host) {
        return host.startsWith("/");
    }

    /** For messages: {@code HOST:PORT}, or the path of the socket. */
    public String place() {
        if (isSocket()) {
            return host;
        }
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /**
     * Reads a host name or an address, which may be in brackets.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static String host(String text) {
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

    /**
     * Reads several hosts with commas between them; each of several may have a port of its own
     * behind a colon, for which an IPv6 address needs its brackets.
     *
     * @param port of those without one
     * @return host and port of each
     * @throws IllegalArgumentException saying what is wrong with them
     */
    public static List<Map.Entry<String, Integer>> hosts(String text, int port) {
        String[] words = text.split(",", -1);
        List<Map.Entry<String, Integer>> hosts = new ArrayList<>();
        for (String word : words) {
            hosts.add(
                    words.length > 1
                            ? place(word.strip(), port)
                            : Map.entry(host(word.strip()), port));
        }
        return hosts;
    }

    /** Reads {@code HOST} or {@code HOST:PORT}. */
    static Map.Entry<String, Integer> place(String word, int otherwise) {
        Matcher own = WITH_PORT.matcher(word);
        return own.matches()
                ? Map.entry(host(own.group(1)), port(own.group(2), word))
                : Map.entry(host(word), otherwise);
    }

    private static int port(String digits, String word) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    "port of '" + word + "' is not from 1 to " + LARGEST_PORT);
        }
        return port;
    }

    private static boolean isHostChar(int c) {
        return c < 127 && (Character.isLetterOrDigit(c) || ".-_:%".indexOf(c) >= 0);
    }
}
