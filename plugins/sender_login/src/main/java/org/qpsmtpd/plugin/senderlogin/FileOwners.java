package org.qpsmtpd.plugin.senderlogin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/** The owners in the file {@code sender_login}. */
final class FileOwners implements Owners {
    static final String FILE = "sender_login";

    private final ConfigView<Map<String, Set<String>>> lines =
            ConfigView.ofEntries(FILE, line -> Entry.parse(line.text()), FileOwners::byAddress);

    /**
     * A line.
     *
     * @param address as it is compared; with nothing before its {@code @} for all of a domain
     * @param users in lower case
     */
    record Entry(String address, List<String> users) {
        /**
         * Reads {@code ADDRESS USER[,USER...]} or {@code @DOMAIN USER[,USER...]}.
         *
         * @throws IllegalArgumentException saying what is wrong with it
         */
        static Entry parse(String line) {
            String[] words = line.strip().split("\\s+", 2);
            int at = words[0].lastIndexOf('@');
            List<String> users = new ArrayList<>();
            for (String user : (words.length < 2 ? "" : words[1]).split("[,\\s]+", -1)) {
                if (!user.isEmpty()) {
                    users.add(user.toLowerCase(Locale.ROOT));
                }
            }
            if (at < 0 || at == words[0].length() - 1 || users.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + line + "' is not ADDRESS USER[,USER...] or @DOMAIN USER[,USER...]");
            }
            String domain = words[0].substring(at + 1);
            String address =
                    at == 0 ? "@" + Hosts.comparable(domain) : Address.of(words[0]).comparable();
            return new Entry(address, List.copyOf(users));
        }
    }

    private static Map<String, Set<String>> byAddress(List<Entry> entries) {
        Map<String, Set<String>> byAddress = new HashMap<>();
        for (Entry entry : entries) {
            byAddress
                    .computeIfAbsent(entry.address, address -> new HashSet<>())
                    .addAll(entry.users);
        }
        return byAddress;
    }

    /** Those of its own lines; when there are none, those of its domain. */
    @Override
    public Set<String> of(Config config, Address address) {
        Map<String, Set<String>> known = lines.in(config);
        Set<String> its = known.get(address.comparable());
        return its != null ? its : known.getOrDefault("@" + address.comparableHost(), Set.of());
    }

    @Override
    public void close() {
        // nothing is open
    }
}
