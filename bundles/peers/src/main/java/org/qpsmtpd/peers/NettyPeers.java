package org.qpsmtpd.peers;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;

/**
 * The ways of all plugins: one thread for all connections, two that read what lies in files, two
 * that look up names, two for the costly steps of TLS. Each begins when it is needed.
 */
@Component
public final class NettyPeers implements Peers {
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("qpsmtpd-peers", true), NioIoHandler.newFactory());
    private final ThreadPoolExecutor files = pool("qpsmtpd-peers-files");
    private final ThreadPoolExecutor names = pool("qpsmtpd-peers-names");
    private final ThreadPoolExecutor handshakes = pool("qpsmtpd-peers-tls");
    private final List<ServicePeer> open = new ArrayList<>();

    /** Starts no thread yet. */
    @Activate
    public NettyPeers() {}

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
        Workshop workshop = new Workshop(loops.next(), files, new Names(names), handshakes);
        ServicePeer peer = new ServicePeer(name, settings, workshop, this::forget);
        open.add(peer);
        return peer;
    }

    private synchronized void forget(ServicePeer peer) {
        open.remove(peer);
    }

    /** Ends all connections and the threads, at once; exchanges have failed. */
    @Deactivate
    public void close() {
        List<ServicePeer> all;
        synchronized (this) {
            all = List.copyOf(open);
        }
        all.forEach(ServicePeer::close);
        // Behind what the peers do there to end, so that this is why exchanges fail.
        if (!loops.isShuttingDown()) {
            loops.next().execute(this::endLoop);
        }
        files.shutdownNow();
        names.shutdownNow();
        handshakes.shutdownNow();
    }

    private void endLoop() {
        var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
