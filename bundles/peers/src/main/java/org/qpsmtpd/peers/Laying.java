package org.qpsmtpd.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;

/** Makes a connection: to the first of a host's addresses that answers, with TLS if it is to be. */
final class Laying {
    private final PeerAddress address;
    private final @Nullable SSLContext tls;
    private final Workshop workshop;
    private final long due;
    private final CompletableFuture<Wire> laid = new CompletableFuture<>();

    private Laying(PeerAddress address, @Nullable SSLContext tls, Workshop workshop, long due) {
        this.address = address;
        this.tls = tls;
        this.workshop = workshop;
        this.due = due;
    }

    /**
     * Begins to connect.
     *
     * @param tls null for a connection in clear
     * @param due by {@link System#nanoTime}
     * @return completes on the event loop, or fails there with a {@link PeerFailure}; whoever does
     *     not want it any more closes what comes
     */
    static CompletableFuture<Wire> to(
            PeerAddress address, @Nullable SSLContext tls, long due, Workshop workshop) {
        Laying laying = new Laying(address, tls, workshop, due);
        var unused =
                workshop.names()
                        .places(address)
                        .whenCompleteAsync(
                                (places, failure) -> {
                                    if (failure != null) {
                                        laying.laid.completeExceptionally(PeerFailure.of(failure));
                                    } else {
                                        laying.attempt(places);
                                    }
                                },
                                workshop.loop());
        return laying.laid;
    }

    private void attempt(List<SocketAddress> places) {
        SocketAddress place = places.get(0);
        long share = Math.max(0, due - System.nanoTime()) / places.size();
        long end = System.nanoTime() + share;
        Wire wire = new Wire(address);
        ChannelFuture connected =
                bootstrap(place, wire, share)
                        .connect(workshop.passesFiles() ? Passing.place(place) : place);
        var unused =
                connected.addListener(
                        result -> {
                            if (!result.isSuccess()) {
                                next(
                                        places,
                                        new PeerFailure(
                                                PeerFailure.Kind.AWAY,
                                                Wire.reason(result.cause())));
                            } else if (tls == null) {
                                laid.complete(wire);
                            } else {
                                encrypt(wire, tls, places, end - System.nanoTime());
                            }
                        });
    }

    private void encrypt(
            Wire wire, SSLContext context, List<SocketAddress> places, long limitNanos) {
        var unused =
                Encryption.begin(wire, context, workshop, limitNanos)
                        .addListener(
                                result -> {
                                    if (result.isSuccess()) {
                                        laid.complete(wire);
                                    } else {
                                        wire.close();
                                        next(places, Encryption.failure(result.cause()));
                                    }
                                });
    }

    /** Tries the next place, if there is one. */
    private void next(List<SocketAddress> places, PeerFailure failure) {
        if (places.size() > 1) {
            attempt(places.subList(1, places.size()));
        } else {
            laid.completeExceptionally(failure);
        }
    }

    private Bootstrap bootstrap(SocketAddress place, Wire wire, long limitNanos) {
        boolean isPort = place instanceof InetSocketAddress;
        int millis = (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(limitNanos));
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(workshop.loop())
                        .channel(type(isPort))
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                        // When it takes no more, its answer may be there already.
                        .option(ChannelOption.AUTO_CLOSE, false)
                        .handler(wire);
        return isPort ? bootstrap.option(ChannelOption.TCP_NODELAY, true) : bootstrap;
    }

    private Class<? extends Channel> type(boolean isPort) {
        if (workshop.passesFiles()) {
            return Passing.channel();
        }
        return isPort ? NioSocketChannel.class : NioDomainSocketChannel.class;
    }
}
