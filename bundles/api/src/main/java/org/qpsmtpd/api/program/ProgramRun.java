package org.qpsmtpd.api.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.qpsmtpd.api.program.ProgramEnd.Handed;
import org.qpsmtpd.api.program.ProgramEnd.Output;
import org.qpsmtpd.api.session.BodyWriter;

/**
 * One run of a program. Its pipes are served by threads of their own, since nothing ends a thread
 * that waits for a pipe as long as any process holds the other end.
 */
public final class ProgramRun {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Process process;
    private final String name;
    private final Limits limits;
    private final Runnable beforeKill;

    /**
     * What a run may take.
     *
     * @param time until it is killed
     * @param output octets of each output that are kept
     */
    record Limits(Duration time, int output) {}

    ProgramRun(Process process, String name, Limits limits, Runnable beforeKill) {
        this.process = process;
        this.name = name;
        this.limits = limits;
        this.beforeKill = beforeKill;
    }

    /** The number of its process. */
    public long pid() {
        return process.pid();
    }

    /**
     * Gives the program a message on its standard input and waits for its end. It does not run on
     * return. What it wrote is not waited for when it ended with 0.
     *
     * @param message writes the message to the pipe; called on another thread
     */
    public ProgramEnd end(BodyWriter message) throws InterruptedException {
        return end(() -> hand(message), false);
    }

    /**
     * The same for a program whose output counts, which is waited for also when it ended with 0.
     */
    public ProgramEnd endWithOutput(BodyWriter message) throws InterruptedException {
        return end(() -> hand(message), true);
    }

    /** Waits for the end of a program that has nothing to read, and for what it wrote. */
    ProgramEnd end() throws InterruptedException {
        return end(() -> Handed.WHOLE, true);
    }

    private ProgramEnd end(Supplier<Handed> hand, boolean outputAlways)
            throws InterruptedException {
        try {
            CompletableFuture<Handed> handed = start(hand);
            CompletableFuture<Output> output = start(() -> read(process.getInputStream()));
            CompletableFuture<Output> errors = start(() -> read(process.getErrorStream()));
            if (!process.waitFor(limits.time().toMillis(), TimeUnit.MILLISECONDS)) {
                return new ProgramEnd(false, 0, Handed.BROKEN_OFF, Output.NONE, Output.NONE);
            }
            long due = System.nanoTime() + GRACE.toNanos();
            int code = process.exitValue();
            Handed given = result(handed, due, Handed.UNREADABLE, Handed.BROKEN_OFF);
            if (code == 0 && !outputAlways) {
                return new ProgramEnd(true, code, given, Output.NONE, Output.NONE);
            }
            return new ProgramEnd(
                    true,
                    code,
                    given,
                    result(output, due, Output.NONE, Output.NONE),
                    result(errors, due, Output.NONE, Output.NONE));
        } finally {
            kill();
        }
    }

    /**
     * Streams the message. When it cannot be read to its end, the program is killed first, so that
     * it never takes the end of the pipe for that of the message.
     */
    private Handed hand(BodyWriter message) {
        Handed handed = Handed.UNREADABLE;
        try (OutputStream pipe = process.getOutputStream()) {
            try {
                handed = stream(message, new Pipe(pipe));
            } finally {
                if (handed == Handed.UNREADABLE) {
                    kill();
                }
            }
        } catch (IOException e) {
            return handed == Handed.UNREADABLE ? handed : Handed.BROKEN_OFF;
        }
        return handed;
    }

    /** A program that has ended by now has not waited for the end of the message. */
    private Handed stream(BodyWriter message, Pipe pipe) {
        try {
            message.writeTo(pipe);
            pipe.flush();
            return process.isAlive() ? Handed.WHOLE : Handed.BROKEN_OFF;
        } catch (IOException e) {
            return pipe.broken ? Handed.BROKEN_OFF : Handed.UNREADABLE;
        }
    }

    /** The beginning of what is written there; the rest is read and dropped. */
    private Output read(InputStream pipe) {
        try (pipe) {
            byte[] head = pipe.readNBytes(limits.output());
            long rest = pipe.transferTo(OutputStream.nullOutputStream());
            return Output.of(head, rest == 0);
        } catch (IOException e) {
            return Output.NONE;
        }
    }

    private void kill() {
        if (!process.isAlive()) {
            return;
        }
        beforeKill.run();
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private <T> CompletableFuture<T> start(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, this::onNewThread);
    }

    private void onNewThread(Runnable work) {
        Thread thread = new Thread(work, "pipe of " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A result after the program's end, for which only a process that it left behind can hold. */
    private static <T> T result(CompletableFuture<T> work, long due, T failed, T late)
            throws InterruptedException {
        try {
            return work.get(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return failed;
        } catch (TimeoutException e) {
            return late;
        }
    }

    /** Tells a fault of the pipe from one of what the message comes from. */
    private static final class Pipe extends OutputStream {
        private final OutputStream pipe;
        private boolean broken;

        Pipe(OutputStream pipe) {
            this.pipe = pipe;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            try {
                pipe.write(octets, from, length);
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                pipe.flush();
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }
    }
}
