package org.qpsmtpd.plugin.rcptcallout;

import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Opens a connection to where MAIL can be said: the first address that answers, greeting, EHLO,
 * STARTTLS. Belongs to the event loop.
 */
final class Opening {
    private static final String LATE = "it does not answer in time";

    private final EventLoop loop;
    private final HopAddress hop;
    private final Settings settings;
    private final String name;
    private final long due;

    /**
     * @param name ours; empty for our address
     * @param due when it must be open, in the terms of {@link System#nanoTime}
     */
    Opening(EventLoop loop, HopAddress hop, Settings settings, String name, long due) {
        this.loop = loop;
        this.hop = hop;
        this.settings = settings;
        this.name = name;
        this.due = due;
    }

    /** Connects to the first of the addresses that answers; each has an equal share of the time. */
    CompletableFuture<Session> run(List<InetAddress> addresses) {
        return attempt(addresses, settings.tls() != TlsMode.NONE)
                .exceptionallyCompose(
                        failure ->
                                HopFault.of(failure).kind() == HopFault.Kind.TLS
                                                && settings.tls() == TlsMode.MAY
                                        ? attempt(addresses, false)
                                        : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Session> attempt(List<InetAddress> addresses, boolean withTls) {
        Link link = Link.to(loop, new InetSocketAddress(addresses.get(0), hop.port()));
        List<InetAddress> others = addresses.subList(1, addresses.size());
        long left = due - System.nanoTime();
        link.closeAfter(Math.max(0, left / addresses.size()), HopFault.Kind.DOWN, LATE);
        return link.greeting()
                .thenCompose(
                        greeting -> {
                            require(greeting);
                            long rest = due - System.nanoTime();
                            link.closeAfter(Math.max(0, rest), HopFault.Kind.DOWN, LATE);
                            return hello(link);
                        })
                .thenCompose(hello -> withTls ? secured(link, hello) : done(link, hello))
                .exceptionallyCompose(failure -> next(link, failure, others, withTls));
    }

    private CompletableFuture<Session> next(
            Link link, Throwable failure, List<InetAddress> others, boolean withTls) {
        HopFault fault = HopFault.of(failure);
        link.close(fault.kind(), fault.reason());
        return others.isEmpty() || fault.kind() == HopFault.Kind.TLS || due - System.nanoTime() <= 0
                ? CompletableFuture.failedFuture(fault)
                : attempt(others, withTls);
    }

    /** RFC 5321 3.2: HELO for servers that do not know EHLO. */
    private CompletableFuture<HopReply> hello(Link link) {
        String ours = name.isEmpty() ? literal(link.localAddress()) : name;
        return link.command("EHLO " + ours)
                .thenCompose(
                        reply ->
                                reply.isPermanent()
                                        ? link.command("HELO " + ours).thenApply(Opening::bare)
                                        : CompletableFuture.completedFuture(require(reply)));
    }

    /** What HELO is answered offers nothing. */
    private static HopReply bare(HopReply reply) {
        return new HopReply(require(reply).code(), List.of(reply.text()));
    }

    /** RFC 3207; what was offered in clear is forgotten by the second EHLO. */
    private CompletableFuture<Session> secured(Link link, HopReply hello) {
        if (!hello.offers("STARTTLS")) {
            return unsecured(link, hello);
        }
        return link.command("STARTTLS")
                .thenCompose(
                        reply ->
                                reply.isPositive()
                                        ? link.startTls(settings.context(), hop)
                                                .thenCompose(this::hello)
                                                .thenCompose(second -> done(link, second))
                                        : unsecured(link, hello));
    }

    private CompletableFuture<Session> unsecured(Link link, HopReply hello) {
        return settings.tls().isRequired()
                ? CompletableFuture.failedFuture(
                        new HopFault(HopFault.Kind.DOWN, "it does not start TLS"))
                : done(link, hello);
    }

    private static CompletableFuture<Session> done(Link link, HopReply hello) {
        return CompletableFuture.completedFuture(new Session(link, hello.offers("SMTPUTF8")));
    }

    private static HopReply require(HopReply reply) {
        if (!reply.isPositive()) {
            throw new HopFault(HopFault.Kind.DOWN, "it refuses the session: " + reply.shown());
        }
        return reply;
    }

    /** RFC 5321 4.1.3. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return address instanceof Inet6Address ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }
}
