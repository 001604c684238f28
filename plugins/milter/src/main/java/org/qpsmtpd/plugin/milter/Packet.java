package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * What is said at once, in either direction: on the wire its length in four octets, then the
 * letter, then the data.
 */
final class Packet {
    /** The most octets that follow the letter, in either direction. */
    static final int MOST = 65_535;

    private static final int LENGTH = 4;

    private final char letter;
    private final byte[] data;

    /**
     * @param letter the command or the answer
     * @param data as it depends on the letter; neither copied nor to be changed
     */
    Packet(char letter, byte[] data) {
        this.letter = letter;
        this.data = data;
    }

    char letter() {
        return letter;
    }

    byte[] data() {
        return data;
    }

    static Packet of(char letter) {
        return new Packet(letter, new byte[0]);
    }

    /** Texts, each ended by NUL; a NUL within one becomes a blank. */
    static byte[] texts(String... texts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String text : texts) {
            all.writeBytes(text.replace('\0', ' ').getBytes(UTF_8));
            all.write(0);
        }
        return all.toByteArray();
    }

    /** What stands before data of that length. */
    static byte[] head(char letter, int length) {
        return ByteBuffer.allocate(LENGTH + 1).putInt(length + 1).put((byte) letter).array();
    }

    /** As it is sent. */
    byte[] octets() {
        return ByteBuffer.allocate(LENGTH + 1 + data.length)
                .put(head(letter, data.length))
                .put(data)
                .array();
    }
}
