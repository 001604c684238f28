package org.qpsmtpd.console.socket;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What goes over the socket: one octet that tells the kind, the length of what follows as four
 * octets, the highest first, and so many octets. Text is UTF-8.
 *
 * <p>The client begins with {@link #DIRECTORY}. It asks with {@link #RUN}, is told {@link #TAKEN}
 * at once, and waits for {@link #EXIT}, before which {@link #OUT} and {@link #ERR} come as they are
 * printed; only {@link #INTERRUPT} may be sent meanwhile. {@link #COMPLETE} is answered with {@link
 * #CANDIDATES}.
 */
final class Frame {
    /** From the client: where it is, an absolute path. */
    static final byte DIRECTORY = 'D';

    /** From the client: a line to run. */
    static final byte RUN = 'R';

    /** From the client: position of the cursor, four octets, and the line to complete. */
    static final byte COMPLETE = 'C';

    /** From the client: end what runs. Without octets. */
    static final byte INTERRUPT = 'I';

    /**
     * From the server: the line runs from now on. A client need not wait for this for long, however
     * long the command takes. Without octets.
     */
    static final byte TAKEN = 'T';

    /** From the server: printed by the command. */
    static final byte OUT = 'O';

    /** From the server: printed by the command as an error. */
    static final byte ERR = 'E';

    /** From the server: the exit status, one octet. */
    static final byte EXIT = 'X';

    /** From the server: candidates, a line each. */
    static final byte CANDIDATES = 'L';

    /** The most octets of a frame in either direction. */
    static final int MOST = 65_536;

    private static final int HEAD = 5;

    private final byte kind;
    private final byte[] payload;

    /** A frame; the octets are not copied. */
    Frame(byte kind, byte[] payload) {
        this.kind = kind;
        this.payload = payload;
    }

    static Frame of(byte kind, String text) {
        return new Frame(kind, text.getBytes(StandardCharsets.UTF_8));
    }

    static Frame exit(int status) {
        return new Frame(EXIT, new byte[] {(byte) status});
    }

    byte kind() {
        return kind;
    }

    ByteBuffer payload() {
        return ByteBuffer.wrap(payload);
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The frame in octets. */
    ByteBuffer octets() {
        return ByteBuffer.allocate(HEAD + payload.length)
                .put(kind)
                .putInt(payload.length)
                .put(payload)
                .flip();
    }

    /**
     * Reads a frame.
     *
     * @param begun is called when its first octet is there
     * @return null at the end of the input
     * @throws IOException also for a frame that is too long, or cut
     */
    static @Nullable Frame read(ReadableByteChannel in, Runnable begun) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        if (in.read(head) < 0) {
            return null;
        }
        begun.run();
        fill(in, head);
        byte kind = head.get(0);
        int length = head.getInt(1);
        if (length < 0 || length > MOST) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " octets");
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        fill(in, payload);
        return new Frame(kind, payload.array());
    }

    private static void fill(ReadableByteChannel in, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (in.read(buffer) < 0) {
                throw new EOFException("a frame that is cut");
            }
        }
    }
}
