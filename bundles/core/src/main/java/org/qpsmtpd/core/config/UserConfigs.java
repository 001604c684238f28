package org.qpsmtpd.core.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;

/**
 * The configurations of one session for addresses, each kept so that the same answer of a plugin
 * gives the same list instance. Safe for use by several threads.
 */
public final class UserConfigs {
    /** More addresses than that are asked for anew. */
    private static final int MOST = 16;

    /** What an entry takes besides the characters of its address, in octets, about. */
    private static final int ENTRY = 1024;

    private final Map<Address, Config> known = new ConcurrentHashMap<>();

    /** About how much memory is kept, in octets. */
    public long held() {
        if (known.isEmpty()) {
            return 0;
        }
        long octets = 0;
        for (Address address : known.keySet()) {
            octets += ENTRY + 2L * (address.user().length() + address.host().length());
        }
        return octets;
    }

    /** The configuration for an address. */
    public Config of(Address address, Supplier<Config> made) {
        if (known.size() >= MOST && !known.containsKey(address)) {
            known.clear();
        }
        return known.computeIfAbsent(address, it -> made.get());
    }
}
