package org.qpsmtpd.dns.message;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Type;

/**
 * A question as octets, all but its id. Letters of the name are in either case at random: an answer
 * that repeats them comes from somebody who has seen the question.
 */
public final class Query {
    /** The largest answer over UDP: no network cuts it in pieces. */
    public static final int DATAGRAM = 1232;

    private static final int HEADER = 12;
    private static final int EXTENSION = 11;
    private static final short RECURSION_DESIRED = 0x0100;
    private static final int CODE = 15;
    private static final int ANSWER = 0x80;
    private static final int OPCODE = 0x78;
    private static final int TRUNCATED = 0x02;
    private static final int LETTER_CASE = 0x20;

    private final byte[] octets;
    private final int end;

    /** How a message is to a query. */
    public enum Fit {
        /** It answers another one, or is no answer at all. */
        NONE,
        /** It repeats the question, but for the case of letters. */
        BUT_FOR_CASE,
        /** It repeats the question. */
        WHOLE
    }

    /**
     * A question to be sent.
     *
     * @param extended whether to say how large an answer may be (EDNS, RFC 6891)
     * @param random bits for the case of letters; all 0 leaves the name in lower case
     */
    public Query(Question question, boolean extended, IntSupplier random) {
        byte[] name = question.name().toWire();
        end = HEADER + name.length + 4;
        ByteBuffer message = ByteBuffer.allocate(end + (extended ? EXTENSION : 0));
        message.putShort((short) 0).putShort(RECURSION_DESIRED);
        message.putShort((short) 1).putInt(0).putShort((short) (extended ? 1 : 0));
        message.put(name).putShort((short) question.type().code()).putShort((short) DClass.IN);
        if (extended) {
            message.put((byte) 0).putShort((short) Type.OPT).putShort((short) DATAGRAM);
            message.putInt(0).putShort((short) 0);
        }
        octets = message.array();
        mix(random);
    }

    private void mix(IntSupplier random) {
        int bits = 0;
        int left = 0;
        for (int label = HEADER; octets[label] != 0; label += octets[label] + 1) {
            for (int i = label + 1; i <= label + octets[label]; i++) {
                if (left == 0) {
                    bits = random.getAsInt();
                    left = Integer.SIZE;
                }
                if (octets[i] >= 'a' && octets[i] <= 'z' && (bits & 1) != 0) {
                    octets[i] ^= LETTER_CASE;
                }
                bits >>>= 1;
                left--;
            }
        }
    }

    /** The octets with an id of 16 bits. */
    public byte[] octets(int id) {
        byte[] message = octets.clone();
        message[0] = (byte) (id >> 8);
        message[1] = (byte) id;
        return message;
    }

    /** The id of a message; negative when it is too short to have one. */
    public static int id(byte[] message) {
        return message.length < HEADER ? -1 : ((message[0] & 0xFF) << 8) | (message[1] & 0xFF);
    }

    /** Whether a message with the right id answers this. */
    public Fit fit(byte[] message) {
        boolean answer =
                message.length >= HEADER
                        && (message[2] & ANSWER) != 0
                        && (message[2] & OPCODE) == 0
                        && message[4] == 0;
        if (!answer || message[5] > 1 || message[5] < 0) {
            return Fit.NONE;
        }
        if (message[5] == 0) {
            // Who cannot read a query, or will not, need not repeat the question.
            return code(message) == 0 ? Fit.NONE : Fit.WHOLE;
        }
        if (message.length < end) {
            return Fit.NONE;
        }
        Fit fit = Fit.WHOLE;
        for (int i = HEADER; i < end; i++) {
            if (message[i] != octets[i]) {
                if (i >= end - 4 || lower(message[i]) != lower(octets[i])) {
                    return Fit.NONE;
                }
                fit = Fit.BUT_FOR_CASE;
            }
        }
        return fit;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | LETTER_CASE : octet;
    }

    /** Whether an answer has not all of its records. */
    public static boolean isTruncated(byte[] answer) {
        return (answer[2] & TRUNCATED) != 0;
    }

    /** What an answer says of the question (RCODE). */
    public static int code(byte[] answer) {
        return answer[3] & CODE;
    }
}
