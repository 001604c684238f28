package org.qpsmtpd.runtime.felix.console;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The client's end of the socket. One octet tells the kind of a frame, four its length, the highest
 * first; the bundle {@code org.qpsmtpd.console} has the other end and says more about it.
 */
final class Connection implements AutoCloseable {
    private static final int HEAD = 5;
    private static final int MOST = 65_536;

    private final SocketChannel channel;
    private final OutputStream out;
    private final OutputStream err;

    /**
     * Takes a channel that is connected.
     *
     * @param out gets what commands print
     * @param err gets what they print as errors
     */
    Connection(SocketChannel channel, OutputStream out, OutputStream err) {
        this.channel = channel;
        this.out = out;
        this.err = err;
    }

    /** Says where the administrator is, first of all. */
    void tellDirectory(Path directory) throws IOException {
        send('D', text(directory.toAbsolutePath().toString()));
    }

    /**
     * Runs a line, and prints what it prints.
     *
     * @return its exit status
     * @throws EOFException when the server goes meanwhile
     */
    int run(String line) throws IOException {
        send('R', text(line));
        while (true) {
            ByteBuffer frame = read();
            switch (frame.get()) {
                case 'O' -> print(out, frame);
                case 'E' -> print(err, frame);
                case 'X' -> {
                    return Byte.toUnsignedInt(frame.get());
                }
                default -> throw new IOException("the server answers with something unknown");
            }
        }
    }

    /** Ends what runs; may be called by another thread than the one that runs it. */
    void interrupt() throws IOException {
        send('I', ByteBuffer.allocate(0));
    }

    /** The words that the word before the cursor may become. */
    List<String> complete(String line, int cursor) throws IOException {
        ByteBuffer text = text(line);
        send(
                'C',
                ByteBuffer.allocate(Integer.BYTES + text.remaining())
                        .putInt(cursor)
                        .put(text)
                        .flip());
        ByteBuffer frame = read();
        if (frame.get() != 'L') {
            throw new IOException("the server answers with something unknown");
        }
        return StandardCharsets.UTF_8.decode(frame).toString().lines().toList();
    }

    private static ByteBuffer text(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    private synchronized void send(char kind, ByteBuffer payload) throws IOException {
        ByteBuffer frame =
                ByteBuffer.allocate(HEAD + payload.remaining())
                        .put((byte) kind)
                        .putInt(payload.remaining())
                        .put(payload)
                        .flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            // A server that refuses us closes at once; why is still to be read.
            return;
        }
    }

    /** The kind, and what follows it. */
    private ByteBuffer read() throws IOException {
        ByteBuffer head = fill(ByteBuffer.allocate(HEAD));
        int length = head.getInt(1);
        if (length < 0 || length > MOST) {
            throw new IOException("the server answers with something unknown");
        }
        ByteBuffer payload = fill(ByteBuffer.allocate(length));
        return ByteBuffer.allocate(1 + length).put(head.get(0)).put(payload).flip();
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server has gone");
            }
        }
        return buffer.flip();
    }

    private static void print(OutputStream to, ByteBuffer frame) throws IOException {
        to.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
        to.flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
