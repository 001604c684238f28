package org.qpsmtpd.peers;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * Looks up the hosts of backends as the host itself does, with its own file of hosts, which waits.
 */
final class Names {
    private final Executor executor;

    Names(Executor executor) {
        this.executor = executor;
    }

    /** Where an address leads; fails with a {@link PeerFailure}. */
    CompletableFuture<List<SocketAddress>> places(PeerAddress address) {
        Path socket = address.socket().orElse(null);
        if (socket != null) {
            return CompletableFuture.completedFuture(List.of(UnixDomainSocketAddress.of(socket)));
        }
        InetAddress literal = Network.address(address.host()).orElse(null);
        if (literal != null) {
            return CompletableFuture.completedFuture(
                    List.of(new InetSocketAddress(literal, address.port())));
        }
        try {
            return CompletableFuture.supplyAsync(() -> lookUp(address), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new PeerFailure(PeerFailure.Kind.BUSY, "the way to it has been closed"));
        }
    }

    private static List<SocketAddress> lookUp(PeerAddress address) {
        try {
            return Arrays.stream(InetAddress.getAllByName(address.host()))
                    .map(each -> (SocketAddress) new InetSocketAddress(each, address.port()))
                    .toList();
        } catch (UnknownHostException e) {
            throw new PeerFailure(PeerFailure.Kind.AWAY, "its name has no address");
        }
    }
}
