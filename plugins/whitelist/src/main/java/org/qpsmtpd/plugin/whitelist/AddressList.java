package org.qpsmtpd.plugin.whitelist;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/** A file of addresses, and of hosts that stand for all their addresses. Immutable. */
final class AddressList {
    private final Set<String> entries;

    private AddressList(List<String> entries) {
        this.entries = new HashSet<>(entries);
    }

    static ConfigView<AddressList> view(String name) {
        return ConfigView.ofEntries(name, line -> parse(line.text()), AddressList::new);
    }

    /**
     * Reads a line.
     *
     * @return the address or host as it is compared
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static String parse(String line) {
        String text = line.startsWith("@") ? line.substring(1) : line;
        Address address = Address.of(text);
        boolean isHost = text.indexOf('@') < 0;
        if (!Hosts.isHost(isHost ? text : address.host())
                || (!isHost && address.user().isEmpty())) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not an address USER@HOST or a host");
        }
        return isHost ? Hosts.comparable(text) : address.comparable();
    }

    boolean contains(Address address) {
        return !address.host().isEmpty()
                && (entries.contains(address.comparableHost())
                        || entries.contains(address.comparable()));
    }
}
