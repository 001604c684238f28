package org.qpsmtpd.plugin.milter;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.qpsmtpd.api.peer.PeerAddress;

/** Where filters listen, as qpsmtpd writes it and as filters themselves do. */
final class Places {
    private static final String OPTION = "port";

    private Places() {}

    /**
     * Reads {@code PORT}, {@code HOST:PORT} or the path of a socket, also behind {@code inet:},
     * {@code inet6:}, {@code unix:} or {@code local:}, and {@code PORT@HOST} behind the first two;
     * several with commas between them.
     *
     * @throws IllegalArgumentException naming the option and the place, and saying what is wrong
     */
    static List<PeerAddress> parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "a line of milter needs a name and a place: milter NAME HOST:PORT");
        }
        String all =
                Arrays.stream(text.split(",", -1))
                        .map(each -> plain(each.strip()))
                        .collect(Collectors.joining(","));
        return PeerAddress.parseAll(OPTION, all, 0);
    }

    private static String plain(String place) {
        String rest = place.replaceFirst("^(inet6?|unix|local):", "");
        if (rest.matches("[0-9]+@.+")) {
            int at = rest.indexOf('@');
            String host = rest.substring(at + 1);
            boolean isBare = host.indexOf(':') >= 0 && !host.startsWith("[");
            return (isBare ? "[" + host + "]" : host) + ":" + rest.substring(0, at);
        }
        return rest.matches("[0-9]+") ? "127.0.0.1:" + rest : rest;
    }
}
