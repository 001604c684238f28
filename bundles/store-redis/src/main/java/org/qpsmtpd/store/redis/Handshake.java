package org.qpsmtpd.store.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What is asked on a new connection before anything else. */
final class Handshake {
    private Handshake() {}

    /** Completes when the server lets us in; fails with a {@link WireFault} otherwise. */
    static CompletableFuture<Reply> make(Wire wire, RedisAddress address) {
        List<CompletableFuture<Reply>> steps = new ArrayList<>();
        if (!address.password().isEmpty()) {
            steps.add(
                    address.user().isEmpty()
                            ? wire.ask("AUTH", address.password())
                            : wire.ask("AUTH", address.user(), address.password()));
        }
        if (address.database() != 0) {
            steps.add(wire.ask("SELECT", String.valueOf(address.database())));
        }
        // Any command that every user of a store needs; one that reads says nothing of a replica.
        steps.add(wire.ask("EVAL", Scripts.READ, "1", Scripts.PREFIX));
        if (!address.master().isEmpty()) {
            steps.add(wire.ask("ROLE").thenApply(Handshake::master));
        }
        CompletableFuture<Reply> all = steps.get(0).thenApply(Handshake::good);
        for (CompletableFuture<Reply> step : steps.subList(1, steps.size())) {
            all = all.thenCombine(step, (before, reply) -> good(reply));
        }
        return all;
    }

    private static Reply master(Reply reply) {
        List<Reply> parts = good(reply).parts();
        if (parts.isEmpty() || !"master".equals(parts.get(0).text())) {
            throw new WireFault("the server is not the master, or not yet");
        }
        return reply;
    }

    /** The answer, unless Redis says that something is wrong. */
    static Reply good(Reply reply) {
        if (reply instanceof Reply.Fault fault) {
            throw new WireFault(WireFault.clean(fault.text()));
        }
        return reply;
    }

    /** What a stage failed with, in words. */
    static String reason(Throwable cause) {
        Throwable inner = cause;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner instanceof WireFault ? String.valueOf(inner.getMessage()) : inner.toString();
    }
}
