package org.qpsmtpd.store.redis;

import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds the server to connect to: the one that is named, or whom the sentinels call master. */
final class Finder {
    private static final int LARGEST_PORT = 65_535;

    private final RedisAddress address;
    private final EventLoop loop;
    private final @Nullable SslContext tls;

    Finder(RedisAddress address, EventLoop loop, @Nullable SslContext tls) {
        this.address = address;
        this.loop = loop;
        this.tls = tls;
    }

    /** The server; fails with a {@link WireFault} when no sentinel names one. */
    CompletionStage<RedisAddress.Host> find() {
        return address.master().isEmpty()
                ? CompletableFuture.completedFuture(address.hosts().get(0))
                : ask(0, "");
    }

    private CompletionStage<RedisAddress.Host> ask(int which, String fault) {
        if (which == address.hosts().size()) {
            return CompletableFuture.failedFuture(
                    new WireFault("no sentinel names " + address.master() + ": " + fault));
        }
        RedisAddress.Host sentinel = address.hosts().get(which);
        Wire wire = Wire.to(loop, sentinel, tls);
        return wire.opened()
                .thenCompose(
                        isOpen -> wire.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.master()))
                .thenApply(Finder::host)
                .handle(
                        (host, cause) -> {
                            wire.close("not needed any more");
                            return cause == null
                                    ? CompletableFuture.completedFuture(host)
                                    : ask(which + 1, sentinel + ": " + Handshake.reason(cause));
                        })
                .thenCompose(next -> next);
    }

    private static RedisAddress.Host host(Reply reply) {
        List<Reply> parts = Handshake.good(reply).parts();
        String name = parts.size() == 2 ? parts.get(0).text() : null;
        String port = parts.size() == 2 ? parts.get(1).text() : null;
        if (name == null
                || port == null
                || !name.matches("[A-Za-z0-9_.:-]{1,253}")
                || !port.matches("[0-9]{1,5}")
                || Integer.parseInt(port) > LARGEST_PORT) {
            throw new WireFault("it does not know that name");
        }
        return new RedisAddress.Host(name, Integer.parseInt(port));
    }
}
