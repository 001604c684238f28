package org.qpsmtpd.core.listener;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the connections that each client holds, from the moment that its address is known until
 * the socket is closed, and knows how many are too many.
 *
 * <p>The limit is twice {@code --max-from-ip}, so that below it plugins may say no in words of
 * their own, or make exceptions; but never all of {@code --limit-connections}, unless {@code
 * --max-from-ip} says so itself.
 */
final class ClientLimit {
    /** What a plugin may grant a client beyond {@code --max-from-ip}, however small that is. */
    private static final int LEAST_MORE = 3;

    private final Map<InetAddress, Integer> held = new ConcurrentHashMap<>();
    private final int most;

    /**
     * @param maxFromIp value of {@code --max-from-ip}; 0 for no limit
     * @param limitConnections value of {@code --limit-connections}; 0 for no limit
     */
    ClientLimit(int maxFromIp, int limitConnections) {
        most = maxFromIp == 0 ? Integer.MAX_VALUE : most(maxFromIp, limitConnections);
    }

    private static int most(int maxFromIp, int limitConnections) {
        int more = maxFromIp + Math.max(maxFromIp, LEAST_MORE);
        int share = limitConnections - limitConnections / 4;
        return limitConnections == 0 ? more : Math.max(maxFromIp, Math.min(more, share));
    }

    /**
     * Counts a connection until it is closed.
     *
     * @return whether its client may hold that many
     */
    boolean admits(Channel channel, InetAddress client) {
        int now = held.merge(client, 1, Integer::sum);
        var unused = channel.closeFuture().addListener(closed -> leave(client));
        return now <= most;
    }

    private void leave(InetAddress client) {
        held.computeIfPresent(client, (who, count) -> count == 1 ? null : count - 1);
    }

    /** How many connections a client holds, at least the one that it is asked for. */
    int heldBy(InetAddress client) {
        return held.getOrDefault(client, 1);
    }
}
