package org.qpsmtpd.plugin.auth.authbrake;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Store;

/** The failures in the store, which all servers share that use it. */
final class Counts {
    private static final int IPV4_BITS = 32;

    private final Store store;
    private final Duration period;
    private final int sixPrefix;

    /**
     * @param period how long they are kept, from the first one on
     * @param sixPrefix leading bits of the network of an IPv6 address
     */
    Counts(Store store, Duration period, int sixPrefix) {
        this.store = store;
        this.period = period;
        this.sixPrefix = sixPrefix;
    }

    /**
     * What has been counted.
     *
     * @param user empty when nobody is named yet
     */
    CompletionStage<Failures> of(InetAddress address, String user) {
        CompletionStage<Long> ofUser =
                user.isEmpty()
                        ? CompletableFuture.completedFuture(0L)
                        : store.get(key(user)).thenApply(Counts::number);
        return store.get(key(address)).thenApply(Counts::number).thenCombine(ofUser, Failures::new);
    }

    /** Counts one more. */
    CompletionStage<Failures> failed(InetAddress address, String user) {
        CompletionStage<Long> ofUser =
                user.isEmpty()
                        ? CompletableFuture.completedFuture(0L)
                        : store.add(key(user), 1, period);
        return store.add(key(address), 1, period).thenCombine(ofUser, Failures::new);
    }

    /** Forgets those of a user who knows the password; an address may belong to somebody else. */
    CompletionStage<Boolean> succeeded(String user) {
        return store.delete(key(user));
    }

    private String key(InetAddress address) {
        int bits = address instanceof Inet4Address ? IPV4_BITS : sixPrefix;
        return "address:" + new Network(address, bits);
    }

    private static String key(String user) {
        return Store.key("user:" + user.toLowerCase(Locale.ROOT));
    }

    private static long number(Optional<String> value) {
        try {
            return value.map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
