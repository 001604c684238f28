package org.qpsmtpd.plugin.rcptalias;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/** The file {@code aliases}. Immutable. */
final class Aliases {
    private final Map<String, List<String>> targets = new HashMap<>();

    /**
     * A line {@code ALIAS: TARGET, TARGET}.
     *
     * @param name as it is compared: {@code user@host}, {@code @host} or {@code user@}
     */
    record Entry(String name, List<String> targets) {}

    private Aliases(List<Entry> entries) {
        entries.forEach(entry -> targets.putIfAbsent(entry.name(), entry.targets()));
    }

    static ConfigView<Aliases> view() {
        return ConfigView.ofEntries("aliases", line -> parse(line.text()), Aliases::new);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Entry parse(String line) {
        int colon = line.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not ALIAS: ADDRESS, ADDRESS, as in info@example.com: a@b.c");
        }
        List<String> targets = new ArrayList<>();
        for (String target : line.substring(colon + 1).split(",", -1)) {
            String text = target.strip();
            var unused = name(text);
            targets.add(text);
        }
        return new Entry(name(line.substring(0, colon).strip()), List.copyOf(targets));
    }

    private static String name(String text) {
        int at = text.lastIndexOf('@');
        String user = at < 0 ? text : text.substring(0, at);
        String host = at < 0 ? "" : text.substring(at + 1);
        boolean isWord = text.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '<' || c == '>');
        if (!isWord || text.isEmpty() || (at >= 0 && !Hosts.isHost(host))) {
            throw new IllegalArgumentException("'" + text + "' is not USER@HOST, @HOST or USER");
        }
        return new Address(user, "").comparableUser() + "@" + Hosts.comparable(host);
    }

    /**
     * What an address stands for at once.
     *
     * @param ours whether entries of a user without host are for this address
     * @param extensions characters that begin an extension
     * @return absent when it is no alias
     */
    Optional<List<Address>> of(Address address, boolean ours, String extensions) {
        if (targets.isEmpty()) {
            return Optional.empty();
        }
        String user = address.comparableUser();
        String plain = withoutExtension(user, extensions);
        String host = address.comparableHost();
        List<String> names = new ArrayList<>(List.of(user + "@" + host, plain + "@" + host));
        if (ours) {
            names.addAll(List.of(user + "@", plain + "@"));
        }
        names.add("@" + host);
        return names.stream()
                .filter(name -> !name.equals("@"))
                .map(targets::get)
                .filter(found -> found != null)
                .findFirst()
                .map(found -> found.stream().map(target -> address(target, address)).toList());
    }

    /** A target without host is of the alias's host, one without user keeps the alias's user. */
    private static Address address(String target, Address alias) {
        int at = target.lastIndexOf('@');
        String user = at < 0 ? target : target.substring(0, at);
        String host = at < 0 ? alias.host() : target.substring(at + 1);
        return new Address(user.isEmpty() ? alias.user() : user, host);
    }

    private static String withoutExtension(String user, String extensions) {
        for (int i = 1; i < user.length(); i++) {
            if (extensions.indexOf(user.charAt(i)) >= 0) {
                return user.substring(0, i);
            }
        }
        return user;
    }
}
