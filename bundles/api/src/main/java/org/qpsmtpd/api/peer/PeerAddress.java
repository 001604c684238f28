package org.qpsmtpd.api.peer;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;

/**
 * Where a service listens: at a port of a host, or at a socket in the file system.
 *
 * @param host name, or address without brackets; empty for a socket in the file system
 * @param port 1 to 65535; 0 for a socket in the file system
 * @param file absolute path of the socket; null for a port
 */
public record PeerAddress(String host, int port, @Nullable Path file) {
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_PATH = 107;
    private static final int MOST = 16;

    /** Checks that it is one of the two. */
    public PeerAddress {
        if (file == null ? host.isEmpty() || port < 1 || port > HIGHEST_PORT : !host.isEmpty()) {
            throw new IllegalArgumentException("neither a host with a port nor a socket");
        }
    }

    /**
     * Reads some addresses, with commas between them.
     *
     * @param option the option that they are the value of, for the message
     * @param port for hosts without one; 0 when each needs its own
     * @return at least one, each once
     * @throws IllegalArgumentException naming the option and the address, and saying what is wrong
     */
    public static List<PeerAddress> parseAll(String option, String text, int port) {
        List<PeerAddress> all = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            PeerAddress address = parse(option, each.strip(), port);
            if (!all.contains(address)) {
                all.add(address);
            }
        }
        if (all.size() > MOST) {
            throw new IllegalArgumentException(
                    option + ": " + all.size() + " addresses, " + MOST + " are the most");
        }
        return List.copyOf(all);
    }

    /**
     * Reads {@code HOST}, {@code HOST:PORT} with an IPv6 address in brackets, or an absolute path.
     *
     * @param option the option that it is the value of, for the message
     * @param port when none is given; 0 when one must be given
     * @throws IllegalArgumentException naming the option and the address, and saying what is wrong
     */
    public static PeerAddress parse(String option, String text, int port) {
        if (text.startsWith("/")) {
            return socket(option, text);
        }
        int colon = text.lastIndexOf(':');
        boolean bare = text.indexOf(':') != colon && !text.startsWith("[");
        boolean hasPort = colon > 0 && !bare && !text.endsWith("]");
        String host = hasPort ? text.substring(0, colon) : text;
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String plain = bracketed ? host.substring(1, host.length() - 1) : host;
        int number = hasPort ? number(text.substring(colon + 1)) : port;
        if (!isHost(plain, bracketed || bare) || number < 1 || number > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    option
                            + " '"
                            + text
                            + "' is neither "
                            + (port == 0 ? "" : "HOST nor ")
                            + "HOST:PORT nor the absolute path of a socket");
        }
        return new PeerAddress(plain, number, null);
    }

    private static PeerAddress socket(String option, String text) {
        if (text.length() > LONGEST_PATH) {
            throw new IllegalArgumentException(
                    option + " '" + text + "': the path of a socket has 107 characters at most");
        }
        try {
            return new PeerAddress("", 0, Path.of(text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(option + " '" + text + "' is not a path", e);
        }
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    }

    private static boolean isHost(String text, boolean isAddress) {
        if (!isAddress) {
            return Hosts.isDomain(text.replace('_', '-'), false);
        }
        try {
            return Network.parseAddress(text).getAddress().length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The path of the socket; absent for a port of a host. */
    public Optional<Path> socket() {
        return Optional.ofNullable(file);
    }

    /** {@code HOST:PORT}, or the path. */
    @Override
    public String toString() {
        if (file != null) {
            return file.toString();
        }
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
