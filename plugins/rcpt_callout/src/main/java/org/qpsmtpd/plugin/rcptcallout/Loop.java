package org.qpsmtpd.plugin.rcptcallout;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The thread that all connections of the plugin are on; begun with the first next hop. */
final class Loop implements AutoCloseable {
    private static final int MOST_NAMES = 1_000;

    /** Names are looked up as the host does, with its own file of hosts, which waits. */
    private final ThreadPoolExecutor names =
            new ThreadPoolExecutor(
                    2,
                    2,
                    10,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MOST_NAMES),
                    new DefaultThreadFactory("rcpt_callout names", true));

    private final List<Hop> hops = new ArrayList<>();
    private @Nullable EventLoopGroup group;
    private boolean isClosed;

    Loop() {
        names.allowCoreThreadTimeOut(true);
    }

    /**
     * A next hop, with its connections to come.
     *
     * @throws HopFault when this is closed
     */
    synchronized Hop hop(HopAddress address, Settings settings) {
        if (isClosed) {
            throw new HopFault(HopFault.Kind.BUSY, "the server is being reconfigured");
        }
        EventLoopGroup known = group;
        if (known == null) {
            known =
                    new MultiThreadIoEventLoopGroup(
                            1,
                            new DefaultThreadFactory("rcpt_callout", true),
                            NioIoHandler.newFactory());
            group = known;
        }
        Hop hop = new Hop(address, settings, this::addresses, known.next());
        hops.add(hop);
        return hop;
    }

    private CompletableFuture<List<InetAddress>> addresses(String host) {
        try {
            return CompletableFuture.supplyAsync(() -> lookUp(host), names);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new HopFault(HopFault.Kind.BUSY, "too many names are looked up"));
        }
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new HopFault(HopFault.Kind.DOWN, "its name has no address");
        }
    }

    /** Ends all connections; questions fail from now on. */
    @Override
    public synchronized void close() {
        EventLoopGroup known = group;
        if (known != null && !isClosed) {
            List<Hop> all = List.copyOf(hops);
            // A loop that is to end closes connections before it does what waits, such as QUIT.
            known.execute(
                    () -> {
                        all.forEach(Hop::close);
                        var unused = known.shutdownGracefully(0, 2, TimeUnit.SECONDS);
                    });
        }
        isClosed = true;
        names.shutdownNow();
    }
}
