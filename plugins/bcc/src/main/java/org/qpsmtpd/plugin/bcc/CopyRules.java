package org.qpsmtpd.plugin.bcc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/** The file {@code bcc}: whose messages are copied to whom. Immutable. */
final class CopyRules {
    private static final int MOST_COPIES = 100;

    private final Map<String, List<String>> copies = new HashMap<>();

    /**
     * A line {@code from|to ADDRESS: COPY, COPY}.
     *
     * @param key the first word and the address as it is compared
     */
    record Entry(String key, List<String> copies) {}

    private CopyRules(List<Entry> entries) {
        entries.forEach(
                entry ->
                        copies.computeIfAbsent(entry.key(), key -> new ArrayList<>())
                                .addAll(entry.copies()));
    }

    static ConfigView<CopyRules> view() {
        return ConfigView.ofEntries("bcc", line -> parse(line.text()), CopyRules::new);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Entry parse(String line) {
        int colon = line.indexOf(':');
        String[] words = line.substring(0, Math.max(colon, 0)).strip().split("\\s+", -1);
        String side = words[0].toLowerCase(Locale.ROOT);
        if (words.length != 2 || !(side.equals("from") || side.equals("to"))) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not from ADDRESS: COPY, COPY or to ADDRESS: COPY, COPY");
        }
        List<String> copies = new ArrayList<>();
        for (String copy : line.substring(colon + 1).split(",", -1)) {
            copies.add(target(copy.strip()));
        }
        if (copies.size() > MOST_COPIES) {
            throw new IllegalArgumentException("there are more than " + MOST_COPIES + " copies");
        }
        return new Entry(side + " " + whose(words[1]), copies);
    }

    private static String whose(String text) {
        Address address = Address.of(text);
        if (!Hosts.isHost(address.host())) {
            throw new IllegalArgumentException("'" + text + "' is not USER@HOST or @HOST");
        }
        return address.comparableUser() + "@" + address.comparableHost();
    }

    /**
     * Looks at who is to get a copy: {@code USER@HOST}, or {@code USER} of this server.
     *
     * @throws IllegalArgumentException when the text is neither
     */
    static String target(String text) {
        boolean isWord = text.chars().noneMatch(c -> c <= ' ' || c == '<' || c == '>' || c == '"');
        int at = text.lastIndexOf('@');
        if (text.isEmpty()
                || !isWord
                || at == 0
                || (at > 0 && !Hosts.isHost(text.substring(at + 1)))) {
            throw new IllegalArgumentException("'" + text + "' is not USER@HOST or USER");
        }
        return text;
    }

    List<String> from(Address sender) {
        return of("from ", sender);
    }

    List<String> to(Address recipient) {
        return of("to ", recipient);
    }

    private List<String> of(String side, Address address) {
        if (copies.isEmpty() || address.host().isEmpty()) {
            return List.of();
        }
        String host = "@" + address.comparableHost();
        List<String> found = new ArrayList<>();
        found.addAll(copies.getOrDefault(side + address.comparableUser() + host, List.of()));
        found.addAll(copies.getOrDefault(side + host, List.of()));
        return found;
    }
}
