package org.qpsmtpd.plugin.milter;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/**
 * Reads what a filter says, from answer to answer, so that a packet may begin in one and end in the
 * next. Used by one thread at a time.
 */
final class PacketReader implements AnswerReader<List<Packet>> {
    private static final int LENGTH = 4;
    private static final int BATCH = 64 * 1024;

    /** What a small packet costs besides its data. */
    private static final int EACH = 64;

    private final ByteBuffer length = ByteBuffer.allocate(LENGTH);
    private byte @Nullable [] packet;
    private int filled;
    private boolean isMany;
    private List<Packet> batch = new ArrayList<>();
    private int cost;

    /**
     * Says what is read next.
     *
     * @param many whether as many as there are, up to one that changes nothing or to about 64 KiB;
     *     one otherwise
     */
    PacketReader next(boolean many) {
        isMany = many;
        return this;
    }

    /** Whether no packet has begun. */
    boolean isClean() {
        return packet == null && length.position() == 0;
    }

    @Override
    public Optional<List<Packet>> read(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            Packet found = packet(octets);
            if (found != null && (!isMany || ends(found))) {
                return Optional.of(taken());
            }
        }
        return batch.isEmpty() ? Optional.empty() : Optional.of(taken());
    }

    private boolean ends(Packet found) {
        return cost >= BATCH || !Change.isOne(found.letter());
    }

    private List<Packet> taken() {
        List<Packet> all = batch;
        batch = new ArrayList<>();
        cost = 0;
        return all;
    }

    private @Nullable Packet packet(ByteBuffer octets) {
        byte[] into = packet;
        if (into == null) {
            length.put(octets.get());
            if (!length.hasRemaining()) {
                packet = new byte[size(length.flip().getInt())];
                length.clear();
                filled = 0;
            }
            return null;
        }
        int count = Math.min(octets.remaining(), into.length - filled);
        octets.get(into, filled, count);
        filled += count;
        if (filled < into.length) {
            return null;
        }
        packet = null;
        Packet found =
                new Packet((char) (into[0] & 0xFF), Arrays.copyOfRange(into, 1, into.length));
        batch.add(found);
        cost += into.length + EACH;
        return found;
    }

    private static int size(int said) {
        if (said < 1 || said > Packet.MOST + 1) {
            throw new PeerFailure(
                    Kind.FAULT,
                    "it speaks no milter protocol: a packet of "
                            + Integer.toUnsignedString(said)
                            + " octets");
        }
        return said;
    }
}
