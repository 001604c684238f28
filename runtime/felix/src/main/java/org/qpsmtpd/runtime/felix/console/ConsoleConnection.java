package org.qpsmtpd.runtime.felix.console;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The client's end of the socket. One octet tells the kind of a frame, four its length, the highest
 * first; the bundle {@code org.qpsmtpd.console} has the other end and says more about it.
 */
final class ConsoleConnection implements AutoCloseable {
    private static final int HEAD = 5;
    private static final int MOST = 65_536;

    private final SocketChannel channel;
    private final OutputStream out;
    private final OutputStream err;
    private final Shown shownOut = new Shown();
    private final Shown shownErr = new Shown();

    /**
     * Takes a channel that is connected.
     *
     * @param out gets what commands print
     * @param err gets what they print as errors
     */
    ConsoleConnection(SocketChannel channel, OutputStream out, OutputStream err) {
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
     * @throws IOException with a sentence for the administrator also when it does not take the line
     */
    int run(String line) throws IOException {
        ByteBuffer frame = ask('R', text(line));
        while (true) {
            switch (frame.get()) {
                case 'T' -> {
                    // From now on it takes as long as the command takes.
                }
                case 'O' -> shownOut.print(frame, out);
                case 'E' -> shownErr.print(frame, err);
                case 'X' -> {
                    return status(frame);
                }
                default -> throw unknown();
            }
            frame = read();
        }
    }

    private static int status(ByteBuffer frame) throws IOException {
        if (!frame.hasRemaining()) {
            throw unknown();
        }
        return Byte.toUnsignedInt(frame.get());
    }

    private static IOException unknown() {
        return new IOException("the server answers with something unknown");
    }

    /** Sends something, and waits a bounded time for the first frame of the answer. */
    private ByteBuffer ask(char kind, ByteBuffer payload) throws IOException {
        ConsoleTimeLimit limit = new ConsoleTimeLimit(channel);
        try {
            send(kind, payload);
            return read();
        } catch (ClosedChannelException e) {
            throw new IOException(ConsoleTimeLimit.OVER, e);
        } finally {
            limit.end();
        }
    }

    /** Ends what runs; may be called by another thread than the one that runs it. */
    void interrupt() throws IOException {
        send('I', ByteBuffer.allocate(0));
    }

    /** The words that the word before the cursor may become, but for what cannot be shown. */
    List<String> complete(String line, int cursor) throws IOException {
        ByteBuffer text = text(line);
        ByteBuffer frame =
                ask(
                        'C',
                        ByteBuffer.allocate(Integer.BYTES + text.remaining())
                                .putInt(cursor)
                                .put(text)
                                .flip());
        if (frame.get() != 'L') {
            throw unknown();
        }
        return StandardCharsets.UTF_8
                .decode(frame)
                .toString()
                .lines()
                .filter(word -> word.equals(Shown.of(word)))
                .toList();
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
            throw unknown();
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

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
