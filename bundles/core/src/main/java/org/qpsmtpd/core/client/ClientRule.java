package org.qpsmtpd.core.client;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;

/**
 * Which clients have a plugin list: all conditions must hold.
 *
 * @param network where the client is; null for anywhere
 * @param port the port of ours that it came to; 0 for any
 * @param encrypted whether only connections under TLS are meant
 * @param authenticated whether only clients after AUTH are meant
 * @param list name of the list's file
 */
public record ClientRule(
        @Nullable Network network,
        int port,
        boolean encrypted,
        boolean authenticated,
        String list) {
    private static final Pattern NAME =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._:-]*");

    private static final String FORMS = "a network such as 10.0.0.0/8, port N, tls, auth";

    /**
     * Reads a line of {@code config/clients}: conditions, and the name of a list behind them.
     *
     * @throws IllegalArgumentException saying what is wrong with the line, without its place
     */
    public static ClientRule parse(String line) {
        String[] words = line.split("[ \t]+", -1);
        Reading reading = new Reading();
        int at = 0;
        while (at < words.length - 1) {
            at = reading.condition(words, at);
        }
        if (at > words.length - 1) {
            throw new IllegalArgumentException("the name of a plugin list is missing at the end");
        }
        return reading.rule(words[at]);
    }

    /** What has been read of a line. */
    private static final class Reading {
        private @Nullable Network network;
        private int port;
        private boolean encrypted;
        private boolean authenticated;

        /** Takes the condition that begins at a word; returns where the next one does. */
        int condition(String[] words, int at) {
            switch (words[at]) {
                case "tls" -> {
                    once(encrypted, "tls");
                    encrypted = true;
                }
                case "auth" -> {
                    once(authenticated, "auth");
                    authenticated = true;
                }
                case "port" -> {
                    once(port != 0, "port");
                    port = port(words[at + 1]);
                    return at + 2;
                }
                default -> {
                    once(network != null, "the network");
                    network = network(words[at]);
                }
            }
            return at + 1;
        }

        private static void once(boolean known, String what) {
            if (known) {
                throw new IllegalArgumentException(what + " is given twice; write a line for each");
            }
        }

        private static int port(String text) {
            boolean digits = text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            int number = digits && !text.isEmpty() ? Integer.parseInt(text) : 0;
            if (number < 1 || number > 65535) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not the number of a port, 1 to 65535");
            }
            return number;
        }

        private static Network network(String text) {
            if (Network.address(text).isEmpty() && text.indexOf('/') < 0) {
                throw new IllegalArgumentException("'" + text + "' is no condition: " + FORMS);
            }
            return Network.parse(text);
        }

        ClientRule rule(String list) {
            if (isNetwork(list) || isCondition(list)) {
                throw new IllegalArgumentException(
                        "the name of a plugin list is missing at the end");
            }
            if (network == null && port == 0 && !encrypted && !authenticated) {
                throw new IllegalArgumentException(
                        "no condition stands before '" + list + "': " + FORMS);
            }
            if (!NAME.matcher(list).matches()) {
                throw new IllegalArgumentException(
                        "'" + list + "' is not the name of a file with a plugin list");
            }
            return new ClientRule(network, port, encrypted, authenticated, list);
        }

        private static boolean isCondition(String list) {
            return list.equals("tls") || list.equals("auth") || list.equals("port");
        }

        private static boolean isNetwork(String list) {
            int slash = list.indexOf('/');
            Optional<?> address = Network.address(slash < 0 ? list : list.substring(0, slash));
            return address.isPresent();
        }
    }

    /** All clients in a network. */
    static ClientRule of(Network network, String list) {
        return new ClientRule(network, 0, false, false, list);
    }

    /** All clients after AUTH. */
    static ClientRule ofUsers(String list) {
        return new ClientRule(null, 0, false, true, list);
    }

    /** Whether the conditions hold but for the network. */
    boolean isFor(int ourPort, boolean underTls, boolean afterAuth) {
        return (port == 0 || port == ourPort)
                && (!encrypted || underTls)
                && (!authenticated || afterAuth);
    }
}
