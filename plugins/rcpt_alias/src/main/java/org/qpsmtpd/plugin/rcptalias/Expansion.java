package org.qpsmtpd.plugin.rcptalias;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.qpsmtpd.api.mail.Address;

/**
 * Finds whom an address stands for in the end. An address that stands for itself, or for one that
 * it was reached from, is taken as it is.
 */
final class Expansion {
    private static final int DEEPEST = 10;

    private final Function<Address, Optional<List<Address>>> aliases;
    private final int most;
    private final Map<String, Address> found = new LinkedHashMap<>();
    private final Set<String> done = new HashSet<>();
    private final Set<String> path = new HashSet<>();
    private boolean tooLarge;

    private Expansion(Function<Address, Optional<List<Address>>> aliases, int most) {
        this.aliases = aliases;
        this.most = most;
    }

    /**
     * Follows aliases from an address on.
     *
     * @param aliases what an address stands for at once; absent when it is no alias
     * @return at least one; absent when there are more than the most, or more than ten steps
     */
    static Optional<List<Address>> of(
            Address address, Function<Address, Optional<List<Address>>> aliases, int most) {
        Expansion expansion = new Expansion(aliases, most);
        expansion.follow(address);
        return expansion.tooLarge
                ? Optional.empty()
                : Optional.of(new ArrayList<>(expansion.found.values()));
    }

    private void follow(Address address) {
        String name = address.comparable();
        Optional<List<Address>> targets =
                path.contains(name) ? Optional.empty() : aliases.apply(address);
        if (targets.isEmpty()) {
            found.putIfAbsent(name, address);
            tooLarge |= found.size() > most;
            return;
        }
        if (!done.add(name)) {
            return;
        }
        tooLarge |= path.size() >= DEEPEST;
        path.add(name);
        for (Address target : targets.get()) {
            if (!tooLarge) {
                follow(target);
            }
        }
        path.remove(name);
    }
}
