package org.qpsmtpd.plugin.logging.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command that reads lines from its standard input. A thread of its own hands them over, so
 * that a slow command holds up nobody; while 1000 lines wait, further ones are lost.
 *
 * <p>No shell is involved, and of the environment the command has only {@code PATH}. Closing ends
 * its input; when it has not ended a minute later, it is killed.
 */
final class CommandSink implements Sink {
    private static final int MAX_WAITING = 1000;
    private static final long SECONDS_TO_END = 60;
    private static final String SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final byte[] END = new byte[0];

    private final Process process;
    private final Consumer<String> complaints;
    private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
    private volatile @Nullable IOException failure;
    private boolean losing;

    /**
     * @param command program and arguments
     * @param directory where it runs
     * @param complaints takes a text when lines are lost
     * @throws IOException when the program cannot be started
     */
    CommandSink(List<String> command, Path directory, Consumer<String> complaints)
            throws IOException {
        this.complaints = complaints;
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().put("PATH", SEARCH_PATH);
        process = builder.start();
        Thread feeder = new Thread(this::feed, "logging/file |" + command.get(0));
        feeder.setDaemon(true);
        feeder.start();
    }

    @Override
    public void write(byte[] line) throws IOException {
        IOException broken = failure;
        if (broken != null) {
            throw broken;
        }
        if (waiting.offer(line)) {
            losing = false;
        } else if (!losing) {
            losing = true;
            complaints.accept("the command is too slow, lines are lost");
        }
    }

    @Override
    public void close() {
        while (!waiting.offer(END)) {
            waiting.poll();
        }
        CompletableFuture.delayedExecutor(SECONDS_TO_END, TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
    }

    /** The running command. */
    ProcessHandle process() {
        return process.toHandle();
    }

    private void feed() {
        try (OutputStream input = process.getOutputStream()) {
            byte[] line = waiting.take();
            while (line != END) {
                input.write(line);
                if (waiting.isEmpty()) {
                    input.flush();
                }
                line = waiting.take();
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new IOException("interrupted", e);
        }
    }
}
