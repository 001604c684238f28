package org.qpsmtpd.plugin.milter;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;

/**
 * The first that is said over a connection: offers what there is, and reads what is taken of it.
 */
final class Greeting {
    private Greeting() {}

    static Exchange<Terms> exchange() {
        return Exchange.of(
                Outgoing.of(Terms.offer().octets()), () -> new Reader(new PacketReader()));
    }

    private record Reader(PacketReader packets) implements AnswerReader<Terms> {
        @Override
        public Optional<Terms> read(ByteBuffer octets) {
            return packets.read(octets).map(all -> Terms.parse(all.get(0)));
        }
    }
}
