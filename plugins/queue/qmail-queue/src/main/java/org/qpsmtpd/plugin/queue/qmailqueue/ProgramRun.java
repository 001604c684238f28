package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.qpsmtpd.api.session.BodyWriter;
import org.qpsmtpd.plugin.queue.qmailqueue.ProgramEnd.Handed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the program. Its pipes are served by threads of their own, since nothing ends a thread
 * that waits for a pipe as long as any process holds the other end.
 */
final class ProgramRun {
    private static final Logger LOG = LoggerFactory.getLogger(ProgramRun.class);
    private static final int MAX_OUTPUT = 1024;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Process process;
    private final Path envelope;
    private final BodyWriter message;
    private final Duration limit;

    /**
     * @param envelope what the program reads from its descriptor 1
     * @param message writes the message with CRLF line ends
     * @param limit how long the program may run; it is killed then
     */
    ProgramRun(Process process, Path envelope, BodyWriter message, Duration limit) {
        this.process = process;
        this.envelope = envelope;
        this.message = message;
        this.limit = limit;
    }

    /** Gives the program the message and waits for its end. It does not run on return. */
    ProgramEnd end() throws InterruptedException {
        try {
            CompletableFuture<Handed> handed = start(this::hand);
            CompletableFuture<String> text = start(() -> read(process.getInputStream()));
            CompletableFuture<String> errors = start(() -> read(process.getErrorStream()));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return new ProgramEnd(false, 0, Handed.BROKEN_OFF, "", "");
            }
            long due = System.nanoTime() + GRACE.toNanos();
            int code = process.exitValue();
            Handed given = result(handed, due, Handed.UNREADABLE, Handed.BROKEN_OFF);
            return code == 0
                    ? new ProgramEnd(true, code, given, "", "")
                    : new ProgramEnd(
                            true,
                            code,
                            given,
                            result(text, due, "", ""),
                            result(errors, due, "", ""));
        } finally {
            kill();
        }
    }

    /**
     * Streams the message. When it cannot be read to its end, the program is killed first, so that
     * it never takes the end of the pipe for that of the message.
     */
    private Handed hand() {
        Handed handed = Handed.UNREADABLE;
        try (OutputStream pipe = process.getOutputStream()) {
            try {
                handed = stream(pipe);
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
    private Handed stream(OutputStream pipe) {
        UnixLines lines = new UnixLines(pipe);
        try {
            message.writeTo(lines);
            lines.finish();
            return process.isAlive() ? Handed.WHOLE : Handed.BROKEN_OFF;
        } catch (IOException e) {
            return lines.isBroken() ? Handed.BROKEN_OFF : Handed.UNREADABLE;
        }
    }

    /** The beginning of what is written there; the rest is read and dropped. */
    private static String read(InputStream pipe) {
        try (pipe) {
            byte[] head = pipe.readNBytes(MAX_OUTPUT);
            pipe.transferTo(OutputStream.nullOutputStream());
            return OneLine.of(head);
        } catch (IOException e) {
            return "";
        }
    }

    private void kill() {
        if (!process.isAlive()) {
            return;
        }
        try {
            Envelope.withdraw(envelope);
        } catch (IOException e) {
            LOG.error("{} cannot be emptied: {}", envelope, e.toString());
        }
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static <T> CompletableFuture<T> start(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, ProgramRun::onNewThread);
    }

    private static void onNewThread(Runnable work) {
        Thread thread = new Thread(work, "queue/qmail-queue");
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
}
