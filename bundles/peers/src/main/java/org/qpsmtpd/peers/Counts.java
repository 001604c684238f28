package org.qpsmtpd.peers;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/** What is counted of a way, see {@link org.qpsmtpd.api.peer.Peer#figures}. */
final class Counts {
    final AtomicInteger onTheirWay = new AtomicInteger();
    final AtomicInteger leftOut = new AtomicInteger();
    final AtomicLong asked = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong connected = new AtomicLong();

    List<Figure> figures() {
        return List.of(
                Figure.counter("peer_asked", asked.get()),
                Figure.counter("peer_failures", failed.get()),
                Figure.counter("peer_connected", connected.get()),
                Figure.gauge("peer_on_their_way", onTheirWay.get()),
                Figure.gauge("peer_left_out", leftOut.get()));
    }
}
