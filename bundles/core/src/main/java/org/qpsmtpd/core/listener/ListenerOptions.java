package org.qpsmtpd.core.listener;

/**
 * Names and limits.
 *
 * @param prefix how the names of threads begin
 * @param limitConnections most connections at once; 0 for no limit
 * @param maxFromIp what plugins are told as the most connections of one address, and what {@link
 *     ClientLimit} follows from; 0 for no limit
 * @param loops threads that own sockets
 * @param waiting most requests that may wait for a child before no more connections are accepted
 */
public record ListenerOptions(
        String prefix, int limitConnections, int maxFromIp, int loops, int waiting) {
    private static final int WAITING_PER_CHILD = 64;

    /** Limits for so many children. */
    public static ListenerOptions of(
            String prefix, int limitConnections, int maxFromIp, int children) {
        int loops = Math.max(1, Runtime.getRuntime().availableProcessors());
        return new ListenerOptions(
                prefix, limitConnections, maxFromIp, loops, children * WAITING_PER_CHILD);
    }
}
