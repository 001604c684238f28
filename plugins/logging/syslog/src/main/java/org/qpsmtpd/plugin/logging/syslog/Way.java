package org.qpsmtpd.plugin.logging.syslog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A way to a syslog server. */
enum Way {
    UNIX(true, 0),
    STREAM(true, 0),
    UDP(false, 514),
    TCP(false, 514),
    TLS(false, 6514),
    CONSOLE(true, 0);

    private final boolean local;
    private final int port;

    Way(boolean local, int port) {
        this.local = local;
        this.port = port;
    }

    /** Whether it ends on this machine. */
    boolean isLocal() {
        return local;
    }

    /** The usual port; 0 for a way without. */
    int port() {
        return port;
    }

    /**
     * Reads the words of {@code logsock}, also those that stand for several ways.
     *
     * @throws IllegalArgumentException naming a word that is none
     */
    static List<Way> parse(String[] words) {
        List<Way> ways = new ArrayList<>();
        for (String word : words) {
            String name = word.strip().toLowerCase(Locale.ROOT);
            switch (name) {
                case "native", "unix" -> ways.add(UNIX);
                case "stream" -> ways.add(STREAM);
                case "udp" -> ways.add(UDP);
                case "tcp" -> ways.add(TCP);
                case "inet" -> ways.addAll(List.of(TCP, UDP));
                case "tls" -> ways.add(TLS);
                case "console" -> ways.add(CONSOLE);
                default ->
                        throw new IllegalArgumentException(
                                "logsock '"
                                        + word
                                        + "' is not one of unix, stream, udp, tcp, tls, console,"
                                        + " native, inet");
            }
        }
        return ways;
    }
}
