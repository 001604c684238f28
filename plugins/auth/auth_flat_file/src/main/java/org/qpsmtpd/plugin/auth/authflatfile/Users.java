package org.qpsmtpd.plugin.auth.authflatfile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.passwords.StoredPassword;

/** The users of the file. */
final class Users {
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
        all = byName.values().stream().sorted(Comparator.comparing(Entry::user)).toList();
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
     *
     * @param secret decides whose it is, so that nobody outside can tell
     */
    @Nullable StoredPassword inPlaceOf(String stranger, byte[] secret) {
        if (all.isEmpty()) {
            return null;
        }
        return all.get(Math.floorMod(number(stranger, secret), all.size())).password();
    }

    private static int number(String name, byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return ByteBuffer.wrap(mac.doFinal(name.getBytes(StandardCharsets.UTF_8))).getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has HmacSHA256", e);
        }
    }

    /** Whether the password of somebody is kept in clear. */
    boolean hasClear() {
        return hasClear;
    }
}
