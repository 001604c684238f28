package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hands each message to the next hop that {@code smtproutes} names for the domain of its
 * recipients. Waits for it.
 *
 * <p>A message whose recipients have several, since plugins added some or the client reads a reply
 * for each, is handed to one after the other, and each recipient has a verdict of its own then.
 */
public final class Router implements AutoCloseable {
    private final ConfigView<Routes> view = Routes.view();
    private final boolean hasRoutes;
    private final @Nullable Forwarder usual;
    private final BiFunction<String, Integer, NextHop> hops;
    private final Map<Way, Forwarder> forwarders = new ConcurrentHashMap<>();
    private volatile @Nullable Routes last;
    private volatile boolean closed;

    /**
     * What the mail of one domain has in common with that of others.
     *
     * @param host empty where there is no way
     */
    private record Way(String host, int port) {
        static Way of(Routes.Route route) {
            return new Way(route.host(), route.port());
        }
    }

    /**
     * Connects to nobody yet.
     *
     * @param hasRoutes whether the file is read
     * @param usual for domains without a line; null to put their mail off
     * @param hops makes the next hop at a host and port
     */
    public Router(
            boolean hasRoutes,
            @Nullable Forwarder usual,
            BiFunction<String, Integer, NextHop> hops) {
        this.hasRoutes = hasRoutes;
        this.usual = usual;
        this.hops = hops;
    }

    /** Closes the connections. A message that comes later is deferred. */
    @Override
    public void close() {
        closed = true;
        known().forEach(Forwarder::close);
    }

    private List<Forwarder> known() {
        List<Forwarder> all = new ArrayList<>(forwarders.values());
        Forwarder others = usual;
        if (others != null) {
            all.add(others);
        }
        return all;
    }

    /** The extensions that all next hops offer, as far as they are known. */
    public Set<QueueExtension> honours() {
        Routes routes = last;
        Set<QueueExtension> all = EnumSet.allOf(QueueExtension.class);
        Forwarder others = usual;
        if (others != null) {
            all.retainAll(others.honours());
        }
        if (hasRoutes && routes == null) {
            return Set.of();
        }
        for (Routes.Route route : routes == null ? List.<Routes.Route>of() : routes.all()) {
            Forwarder forwarder = forwarders.get(Way.of(route));
            all.retainAll(forwarder == null ? Set.of() : forwarder.honours());
        }
        return all;
    }

    /** How many recipients of a message each next hop takes, as far as it is known. */
    public int mostRecipients() {
        return known().stream().mapToInt(Forwarder::mostRecipients).min().orElse(Integer.MAX_VALUE);
    }

    /** Whether the mail of two recipients goes the same way. */
    public boolean isSameWay(Connection connection, Address one, Address another) {
        return way(connection, one).equals(way(connection, another));
    }

    private Optional<Way> way(Connection connection, Address address) {
        if (!hasRoutes) {
            return Optional.empty();
        }
        Routes routes = view.in(connection.config());
        last = routes;
        return routes.of(address.comparableHost()).map(Way::of);
    }

    /**
     * Hands a message on.
     *
     * @return what holds for the recipients without a verdict of their own
     */
    public HookResult queue(Transaction transaction) {
        Mail all = new TransactionMail(transaction);
        Map<Optional<Way>, List<Mail.To>> shares = new LinkedHashMap<>();
        for (Mail.To to : all.recipients()) {
            Optional<Way> way = way(transaction.connection(), to.address());
            shares.computeIfAbsent(way, its -> new ArrayList<>()).add(to);
        }
        if (shares.size() == 1) {
            return handOn(shares.keySet().iterator().next(), all).result();
        }
        HookResult answer = HookResult.DECLINED;
        for (Map.Entry<Optional<Way>, List<Mail.To>> share : shares.entrySet()) {
            PartOfMail part = new PartOfMail(all, share.getValue());
            HopOutcome outcome = handOn(share.getKey(), part);
            part.settleRest(outcome);
            answer = outcome.result();
        }
        return answer;
    }

    private HopOutcome handOn(Optional<Way> way, Mail mail) {
        Forwarder forwarder;
        try {
            forwarder = way.isPresent() ? forwarder(way.get()) : usual;
        } catch (IllegalArgumentException e) {
            return ours(
                    Forwarder.later(
                            "Unable to queue message (no way to the next hop) (#4.4.4)",
                            Routes.FILE + ": " + e.getMessage()));
        }
        if (forwarder == null) {
            return ours(
                    Forwarder.later(
                            "Unable to queue message (no route to the recipient) (#4.4.4)",
                            Routes.FILE + " has no next hop for the domain, and host is none"));
        }
        try {
            return forwarder.handOn(mail);
        } catch (IOException e) {
            return ours(Forwarder.later(Forwarder.UNREADABLE, "the message cannot be read: " + e));
        }
    }

    private @Nullable Forwarder forwarder(Way way) {
        if (way.host().isEmpty()) {
            return null;
        }
        Forwarder forwarder =
                forwarders.computeIfAbsent(
                        way, its -> new Forwarder(hops.apply(its.host(), its.port())));
        if (closed) {
            forwarder.close();
        }
        return forwarder;
    }

    private static HopOutcome ours(HookResult result) {
        return HopOutcome.ours(result, "", Set.of());
    }
}
