package org.qpsmtpd.peers;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;

/**
 * The ways of all plugins: one thread for all connections, one for those over which files are
 * passed, two that read what lies in files, two that look up names, two for the costly steps of
 * TLS. Each begins when it is needed.
 */
@Component
public final class NettyPeers implements Peers {
    private final EventLoopGroup loops = loops("qpsmtpd-peers", NioIoHandler.newFactory());
    private final ThreadPoolExecutor files = pool("qpsmtpd-peers-files");
    private final ThreadPoolExecutor names = pool("qpsmtpd-peers-names");
    private final ThreadPoolExecutor handshakes = pool("qpsmtpd-peers-tls");
    private final List<ServicePeer> open = new ArrayList<>();
    private @Nullable EventLoopGroup passing;

    /** Starts no thread yet. */
    @Activate
    public NettyPeers() {}

    private static EventLoopGroup loops(String name, IoHandlerFactory handlers) {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), handlers);
    }

    /** Each exchange has one task in it at most. */
    private static ThreadPoolExecutor pool(String name) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        2,
                        2,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        new DefaultThreadFactory(name, true));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public synchronized Peer open(String name, PeerSettings settings) {
        EventLoopGroup group = settings.passesFiles() ? passing(name) : loops;
        Workshop workshop =
                new Workshop(
                        group.next(), files, new Names(names), handshakes, settings.passesFiles());
        ServicePeer peer = new ServicePeer(name, settings, workshop, this::forget);
        open.add(peer);
        return peer;
    }

    /** The loop of connections over which files are passed; made when the first is wanted. */
    private EventLoopGroup passing(String name) {
        Passing.hindrance()
                .ifPresent(
                        why -> {
                            throw new IllegalArgumentException(
                                    "an open file cannot be passed to " + name + ": " + why);
                        });
        EventLoopGroup made = passing;
        if (made == null) {
            made = loops("qpsmtpd-peers-passing", Passing.handlers());
            passing = made;
        }
        return made;
    }

    private synchronized void forget(ServicePeer peer) {
        open.remove(peer);
    }

    /** Ends all connections and the threads, at once; exchanges have failed. */
    @Deactivate
    public void close() {
        List<ServicePeer> all;
        EventLoopGroup second;
        synchronized (this) {
            all = List.copyOf(open);
            second = passing;
        }
        all.forEach(ServicePeer::close);
        end(loops);
        if (second != null) {
            end(second);
        }
        files.shutdownNow();
        names.shutdownNow();
        handshakes.shutdownNow();
    }

    /** Behind what the peers do there to end, so that this is why exchanges fail. */
    private static void end(EventLoopGroup group) {
        if (!group.isShuttingDown()) {
            group.next().execute(() -> endNow(group));
        }
    }

    private static void endNow(EventLoopGroup group) {
        var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
