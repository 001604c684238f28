package org.qpsmtpd.plugin.limit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.session.Connection;

/** The file {@code limits}: its limits, and who is exempt from all of them. Immutable. */
final class Limits {
    private final List<Limit> limits = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final Set<String> users = new HashSet<>();
    private boolean allUsers;
    private boolean relays;
    private boolean whitelisted;

    /** A line of the file that adds itself. */
    interface Entry {
        void addTo(Limits limits);
    }

    private Limits(List<Entry> entries) {
        entries.forEach(entry -> entry.addTo(this));
    }

    static ConfigView<Limits> view() {
        return ConfigView.ofEntries("limits", line -> parse(line.text()), Limits::new);
    }

    /**
     * Reads a line: a {@link Limit}, or {@code except} and who is exempt.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Entry parse(String line) {
        String[] words = line.split("\\s+", -1);
        if (!words[0].equalsIgnoreCase("except")) {
            Limit limit = Limit.parse(line);
            return all -> all.limits.add(limit);
        }
        String whom = words.length < 2 ? "" : words[1].toLowerCase(Locale.ROOT);
        if (words.length == 3 && whom.equals("user")) {
            return all -> all.users.add(words[2]);
        }
        if (words.length != 2) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not except NETWORK, relay, whitelisted, users or user NAME");
        }
        return switch (whom) {
            case "relay" -> all -> all.relays = true;
            case "users" -> all -> all.allUsers = true;
            case "whitelisted" -> all -> all.whitelisted = true;
            default -> {
                Network network = NetworkList.parse(words[1]);
                yield all -> all.networks.add(network);
            }
        };
    }

    /** The limits of what is counted, in the order of the file. */
    List<Limit> of(What what) {
        return limits.stream().filter(limit -> limit.what() == what).toList();
    }

    boolean exempts(Connection connection) {
        String user = connection.authUser();
        if (!user.isEmpty() && (allUsers || users.contains(user))) {
            return true;
        }
        boolean relay = connection.isRelayClient();
        return (relays && relay)
                || (whitelisted && !relay && connection.isImmune())
                || networks.stream().anyMatch(n -> n.contains(connection.remoteAddress()));
    }
}
