package org.qpsmtpd.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a channel that is still in use after some time, so that a blocked read fails. */
final class TimeLimit {
    private static final ScheduledExecutorService TIMER =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "time-limit");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final Future<?> closing;

    private TimeLimit(Future<?> closing) {
        this.closing = closing;
    }

    static TimeLimit on(Channel channel, int seconds) {
        return new TimeLimit(TIMER.schedule(() -> close(channel), seconds, TimeUnit.SECONDS));
    }

    /** Takes the limit away. */
    void cancel() {
        closing.cancel(false);
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
