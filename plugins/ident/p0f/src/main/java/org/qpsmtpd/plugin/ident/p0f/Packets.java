package org.qpsmtpd.plugin.ident.p0f;

import org.qpsmtpd.api.session.Fingerprint;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Queries and answers of p0f 3, in the machine's own order of octets. Its {@code api.h} has the
 * fields; an answer is 232 octets.
 */
final class Packets {
    static final int ANSWER_OCTETS = 232;

    private static final int QUERY_OCTETS = 21;
    private static final int QUERY = 0x50304601;
    private static final int ANSWER = 0x50304602;
    private static final int OK = 0x10;
    private static final int NO_MATCH = 0x20;

    private static final int UPTIME_AT = 20;
    private static final int DISTANCE_AT = 36;
    private static final int OS_NAME_AT = 40;
    private static final int OS_FLAVOUR_AT = 72;
    private static final int LINK_AT = 168;
    private static final int TEXT_OCTETS = 32;

    private Packets() {}

    /** The query for an address; one of IPv4 is in the first 4 of 16 octets. */
    static byte[] query(InetAddress address) {
        ByteBuffer query = ByteBuffer.allocate(QUERY_OCTETS).order(ByteOrder.nativeOrder());
        query.putInt(QUERY);
        query.put((byte) (address instanceof Inet4Address ? 4 : 6));
        query.put(address.getAddress());
        return query.array();
    }

    /**
     * Reads an answer.
     *
     * @return absent when p0f knows nothing of the address
     * @throws IOException when it is no answer of p0f 3, or p0f did not understand the query
     */
    static Optional<Fingerprint> read(byte[] octets) throws IOException {
        ByteBuffer answer = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        if (answer.getInt() != ANSWER) {
            throw new IOException("what answers is not p0f 3");
        }
        int status = answer.getInt();
        if (status == NO_MATCH) {
            return Optional.empty();
        }
        if (status != OK) {
            throw new IOException("p0f refuses the query with status " + status);
        }
        String genre = (text(octets, OS_NAME_AT) + " " + text(octets, OS_FLAVOUR_AT)).strip();
        return Optional.of(
                new Fingerprint(
                        genre,
                        text(octets, LINK_AT),
                        Math.max(-1, answer.getShort(DISTANCE_AT)),
                        Integer.toUnsignedLong(answer.getInt(UPTIME_AT))));
    }

    /** A text up to its zero octet, in printable ASCII. */
    private static String text(byte[] octets, int from) {
        StringBuilder text = new StringBuilder(TEXT_OCTETS);
        for (int at = from; at < from + TEXT_OCTETS && octets[at] != 0; at++) {
            text.append(octets[at] >= ' ' && octets[at] <= '~' ? (char) octets[at] : '?');
        }
        return text.toString().strip();
    }
}
