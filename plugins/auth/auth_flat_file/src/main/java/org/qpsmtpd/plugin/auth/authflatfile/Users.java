package org.qpsmtpd.plugin.auth.authflatfile;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.passwords.StoredPassword;

/** The users of the file. */
final class Users {
    /** Decides whose place a stranger takes, so that nobody outside can tell. */
    private static final int SEED = new SecureRandom().nextInt();

    private final List<Entry> all;
    private final Map<String, Entry> byName;
    private final boolean hasClear;

    Users(List<Entry> entries) {
        byName =
                entries.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Entry::user,
                                        Function.identity(),
                                        (first, second) -> first));
        all = List.copyOf(byName.values());
        hasClear = all.stream().anyMatch(entry -> entry.password().isClear());
    }

    /** What is kept of a user's password; of one with several lines the first counts. */
    @Nullable StoredPassword find(String user) {
        Entry entry = byName.get(user);
        return entry == null ? null : entry.password();
    }

    /**
     * The password that is compared for somebody who is not there, so that it takes as long as for
     * others: that of some user, always of the same for the same name.
     */
    @Nullable StoredPassword inPlaceOf(String stranger) {
        if (all.isEmpty()) {
            return null;
        }
        return all.get(Math.floorMod(stranger.hashCode() * 31 + SEED, all.size())).password();
    }

    /** Whether the password of somebody is kept in clear. */
    boolean hasClear() {
        return hasClear;
    }
}
