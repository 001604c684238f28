package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.console.command.Completion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the socket. One thread reads its frames, one writes frames to it, and one runs the
 * command it asked for. The writer alone touches the channel for output, since an interrupt of a
 * thread that writes to a channel closes it, and commands are interrupted.
 */
final class Client {
    private static final Logger LOG = LoggerFactory.getLogger(Client.class);

    /** Frames that may wait for a client that reads slowly; then the command waits. */
    private static final int WAITING = 64;

    /** How long the rest of a frame may take after its first octet. */
    private static final Duration FRAME_LIMIT = Duration.ofSeconds(10);

    private static final int LARGEST = 8_192;

    private final SocketChannel channel;
    private final Shell shell;
    private final ScheduledExecutorService timer;
    private final Duration idle;
    private final Consumer<Client> gone;
    private final BlockingQueue<Frame> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread reader = thread(this::read, "console reader");
    private final Thread writer = thread(this::write, "console writer");
    private volatile Path directory = Path.of("/");
    private volatile boolean running;
    private @Nullable Interpreter interpreter;
    private volatile boolean closed;
    private @Nullable Future<?> deadline;

    Client(
            SocketChannel channel,
            Shell shell,
            ScheduledExecutorService timer,
            Duration idle,
            Consumer<Client> gone) {
        this.channel = channel;
        this.shell = shell;
        this.timer = timer;
        this.idle = idle;
        this.gone = gone;
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        writer.start();
        reader.start();
    }

    /** Ends the client and what runs for it. */
    void close() {
        closed = true;
        interrupt();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a console was not closed cleanly", e);
        }
        writer.interrupt();
        gone.accept(this);
    }

    private void read() {
        try {
            limit(idle);
            @Nullable Frame frame = next();
            while (frame != null) {
                answer(frame);
                limit(idle);
                frame = next();
            }
        } catch (IOException e) {
            LOG.debug("a console ended: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            limit(null);
            close();
        }
    }

    private @Nullable Frame next() throws IOException {
        return Frame.read(channel, () -> limit(FRAME_LIMIT));
    }

    /** Closes the client after this time, unless a command runs for it; null sets no limit. */
    private synchronized void limit(@Nullable Duration time) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline =
                time == null || closed
                        ? null
                        : timer.schedule(
                                () -> expire(time), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void expire(Duration time) {
        if (running) {
            limit(time);
        } else {
            close();
        }
    }

    private void answer(Frame frame) throws IOException, InterruptedException {
        switch (frame.kind()) {
            case Frame.DIRECTORY -> directory = path(frame.text());
            case Frame.RUN -> run(frame.text());
            case Frame.COMPLETE -> complete(frame);
            case Frame.INTERRUPT -> interrupt();
            default -> throw new IOException("a frame of the unknown kind " + frame.kind());
        }
    }

    private static Path path(String text) throws IOException {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IOException("no path", e);
        }
        throw new IOException("no absolute path");
    }

    private void run(String line) throws IOException, InterruptedException {
        if (running) {
            throw new IOException("a command while another one runs");
        }
        Interpreter current = interpreter();
        running = true;
        send(new Frame(Frame.TAKEN, new byte[0]));
        thread(() -> ended(current.run(line)), "console run").start();
    }

    private void complete(Frame frame) throws IOException, InterruptedException {
        ByteBuffer payload = frame.payload();
        if (payload.remaining() < Integer.BYTES) {
            throw new IOException("a cursor that is cut");
        }
        int cursor = payload.getInt();
        String line = StandardCharsets.UTF_8.decode(payload).toString();
        Completion completion =
                new Completion(
                        shell.servers(), interpreter().functions(), directory, shell.config());
        send(Frame.of(Frame.CANDIDATES, String.join("\n", completion.candidates(line, cursor))));
    }

    private synchronized Interpreter interpreter() {
        @Nullable Interpreter current = interpreter;
        if (current == null || current.isSpent()) {
            current = new Interpreter(shell, stream(Frame.OUT), stream(Frame.ERR));
            interpreter = current;
        }
        current.session().currentDir(directory);
        return current;
    }

    private synchronized void interrupt() {
        @Nullable Interpreter current = interpreter;
        if (current != null && (running || closed)) {
            current.interrupt();
        }
    }

    /** Puts a frame in the queue, and waits for room in it. */
    void send(Frame frame) throws InterruptedException, IOException {
        while (!waiting.offer(frame, 1, TimeUnit.SECONDS)) {
            if (closed) {
                throw new IOException("the console has gone");
            }
        }
        if (closed) {
            throw new IOException("the console has gone");
        }
    }

    /**
     * Called by the run when it has come to its end. An interrupt that comes now was for the
     * command, and must not keep the client from hearing of the end.
     */
    void ended(int status) {
        running = false;
        boolean told = false;
        while (!told) {
            try {
                send(Frame.exit(status));
                told = true;
            } catch (InterruptedException e) {
                LOG.debug("an interrupt came when its command had ended");
            } catch (IOException e) {
                LOG.debug("a console went before its command ended");
                told = true;
            }
        }
    }

    private void write() {
        try {
            while (!closed) {
                ByteBuffer octets = waiting.take().octets();
                while (octets.hasRemaining()) {
                    channel.write(octets);
                }
            }
        } catch (IOException e) {
            LOG.debug("a console does not read any longer: {}", e.getMessage());
            close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stream that becomes frames of this kind. */
    OutputStream stream(byte kind) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int offset, int length) throws IOException {
                try {
                    for (int at = offset; at < offset + length; at += LARGEST) {
                        int end = Math.min(offset + length, at + LARGEST);
                        send(new Frame(kind, Arrays.copyOfRange(octets, at, end)));
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }
        };
    }
}
