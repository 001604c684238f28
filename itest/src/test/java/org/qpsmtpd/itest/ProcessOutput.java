package org.qpsmtpd.itest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;

/** What a process has written so far; collected by a thread of its own until the end. */
public final class ProcessOutput {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;
    private boolean ended;
    private boolean paused;

    private ProcessOutput(InputStream stream) {
        reader = new Thread(() -> collect(stream), "process output");
        reader.setDaemon(true);
    }

    /** Begins to collect. */
    public static ProcessOutput of(InputStream stream) {
        ProcessOutput output = new ProcessOutput(stream);
        output.reader.start();
        return output;
    }

    private void collect(InputStream stream) {
        byte[] octets = new byte[8192];
        try (stream) {
            for (int n = stream.read(octets); n >= 0; n = stream.read(octets)) {
                append(new String(octets, 0, n, StandardCharsets.ISO_8859_1));
                awaitReading();
            }
        } catch (IOException e) {
            append("[output ended: " + e.getMessage() + "]");
        }
        synchronized (text) {
            ended = true;
            text.notifyAll();
        }
    }

    private void append(String more) {
        synchronized (text) {
            text.append(more);
            text.notifyAll();
        }
    }

    private void awaitReading() {
        synchronized (text) {
            while (paused) {
                waitFor(Waiting.LIMIT.toMillis());
            }
        }
    }

    /** Reads nothing more than one piece, so that the process cannot write on and on. */
    public void pause() {
        synchronized (text) {
            paused = true;
        }
    }

    /** Reads again. */
    public void resume() {
        synchronized (text) {
            paused = false;
            text.notifyAll();
        }
    }

    /** Everything so far. */
    public String text() {
        synchronized (text) {
            return new String(
                    text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    /**
     * Waits until the text fulfils a condition.
     *
     * @param what the condition in words, for the failure
     * @return the text
     * @throws AssertionError when it does not in {@link Waiting#LIMIT}, or the process ended before
     */
    public String await(String what, Predicate<String> condition) {
        long deadline = System.nanoTime() + Waiting.LIMIT.toNanos();
        synchronized (text) {
            while (!condition.test(text.toString())) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (ended || left <= 0) {
                    String why = ended ? "the process ended" : "too late";
                    throw new AssertionError("waited for " + what + ", " + why + ":\n" + text);
                }
                waitFor(left);
            }
        }
        return text();
    }

    private void waitFor(long millis) {
        try {
            text.wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits until the process has closed its output. */
    public String awaitEnd() {
        try {
            reader.join(Waiting.LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return text();
    }
}
