package org.qpsmtpd.plugin.limit;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.session.Connection;

/** The numbers in the store, shared by all servers that use it. */
final class Counters {
    private final Store store;
    private final int fourPrefix;
    private final int sixPrefix;

    /**
     * What the store says.
     *
     * @param exceeded the first limit that is
     * @param fault why the store could not be asked; empty when it was
     */
    record Result(Optional<Limit> exceeded, String fault) {
        static final Result WITHIN = new Result(Optional.empty(), "");

        static Result failed(Throwable failure) {
            Throwable cause = failure.getCause();
            if (failure instanceof CompletionException && cause != null) {
                return failed(cause);
            }
            return new Result(Optional.empty(), String.valueOf(failure.getMessage()));
        }

        Result or(Result other) {
            return exceeded.isPresent() || (!fault.isEmpty() && other.exceeded.isEmpty())
                    ? this
                    : other;
        }
    }

    Counters(Store store, LimitConfig config) {
        this.store = store;
        fourPrefix = config.ipv4__prefix();
        sixPrefix = config.ipv6__prefix();
    }

    /** Adds to the numbers of all limits, and says which of them is exceeded now. */
    CompletionStage<Result> add(
            List<Limit> limits, Connection connection, Address sender, long amount) {
        List<CompletionStage<Result>> all = new ArrayList<>();
        for (Limit limit : limits) {
            key(limit, connection, sender)
                    .ifPresent(
                            key ->
                                    all.add(
                                            store.add(key, amount, limit.period())
                                                    .thenApply(sum -> result(limit, sum))));
        }
        return first(all);
    }

    /** Says which of the limits is exceeded, and adds nothing. */
    CompletionStage<Result> look(List<Limit> limits, Connection connection) {
        List<CompletionStage<Result>> all = new ArrayList<>();
        for (Limit limit : limits) {
            key(limit, connection, Address.NULL)
                    .ifPresent(
                            key ->
                                    all.add(
                                            store.get(key)
                                                    .thenApply(sum -> result(limit, number(sum)))));
        }
        return first(all);
    }

    private static CompletionStage<Result> first(List<CompletionStage<Result>> all) {
        CompletionStage<Result> result = CompletableFuture.completedFuture(Result.WITHIN);
        for (CompletionStage<Result> one : all) {
            result = result.thenCombine(one.exceptionally(Result::failed), Result::or);
        }
        return result;
    }

    private static Result result(Limit limit, long sum) {
        return sum > limit.most() ? new Result(Optional.of(limit), "") : Result.WITHIN;
    }

    private static long number(Optional<String> value) {
        try {
            return value.map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Absent when there is nobody to count for. */
    private Optional<String> key(Limit limit, Connection connection, Address sender) {
        String name = name(limit.whose(), connection, sender);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        String counted =
                limit.what().word()
                        + ":"
                        + limit.whose().word()
                        + ":"
                        + limit.period().toSeconds()
                        + ":";
        return Optional.of(Store.key(counted + name));
    }

    private String name(Whose whose, Connection connection, Address sender) {
        return switch (whose) {
            case ADDRESS -> connection.remoteAddress().getHostAddress();
            case NETWORK -> network(connection).toString();
            case SENDER -> sender.comparable();
            case HELO -> connection.helloHost().toLowerCase(Locale.ROOT);
            case USER -> connection.authUser();
        };
    }

    private Network network(Connection connection) {
        boolean four = connection.remoteAddress() instanceof Inet4Address;
        return new Network(connection.remoteAddress(), four ? fourPrefix : sixPrefix);
    }
}
