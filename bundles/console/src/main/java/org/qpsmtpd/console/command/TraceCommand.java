package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.console.text.Json;
import org.qpsmtpd.console.text.Printable;
import org.qpsmtpd.console.text.Times;

/**
 * {@code trace}. Lines wait in a queue of a fixed length: when the reader is slower than the log,
 * lines are left out and counted, and the log goes on.
 */
final class TraceCommand implements Command {
    /** Lines that may wait for the reader. */
    static final int CAPACITY = 1_000;

    private static final long LOOK_MILLIS = 250;
    private static final Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}|.*:.*");

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "trace",
                "IP|ID",
                1,
                1,
                "Follows everything that is logged of a client's connections, until it is"
                        + " interrupted; of one connection, until that ends.");
    }

    @Override
    public void run(Call call) throws InterruptedException {
        ServerControl server = call.server();
        String whom = call.operands().get(0);
        boolean oneSession = !ADDRESS.matcher(whom).matches();
        if (oneSession && isOver(server, whom)) {
            throw CommandFailure.failed("no open connection " + whom + ": see connections");
        }
        BlockingQueue<LogRecord> waiting = new ArrayBlockingQueue<>(CAPACITY);
        AtomicLong dropped = new AtomicLong();
        ServerControl.Trace trace =
                server.trace(
                        whom,
                        line -> {
                            if (!waiting.offer(line)) {
                                dropped.incrementAndGet();
                            }
                        });
        try {
            follow(call, waiting, dropped, () -> oneSession && isOver(server, whom));
        } finally {
            trace.close();
        }
    }

    /** Whether to end once nothing waits any longer. */
    private interface End {
        boolean isReached();
    }

    private static void follow(
            Call call, BlockingQueue<LogRecord> waiting, AtomicLong dropped, End end)
            throws InterruptedException {
        boolean last = false;
        while (!call.isUnread()) {
            @Nullable LogRecord line = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (line != null) {
                call.answer(line, text(call, line));
            } else if (last) {
                return;
            } else {
                // One more round, for what was logged between the empty look and the end.
                last = end.isReached();
            }
            long missing = dropped.getAndSet(0);
            if (missing > 0) {
                call.print(missing(call, missing));
            }
        }
    }

    private static String missing(Call call, long count) {
        return call.json()
                ? Json.of(Map.of("dropped", count)) + "\n"
                : "(" + Words.count(count, "line") + " left out, the reader is too slow)\n";
    }

    private static String text(Call call, LogRecord line) {
        return Printable.of(
                        Times.timeOfDay(line.time(), call.clock().getZone())
                                + " "
                                + line.level()
                                + " "
                                + line.connectionId()
                                + " "
                                + line.line())
                + "\n";
    }

    private static boolean isOver(ServerControl server, String id) {
        boolean open = server.connections().stream().anyMatch(each -> each.id().equals(id));
        return !open && server.record(id).map(SessionRecord::over).orElse(true);
    }

    @Override
    public List<String> candidates(Hints hints) {
        List<String> candidates = new ArrayList<>(KillCommand.openIds(hints));
        hints.server()
                .ifPresent(
                        server ->
                                server.connections().stream()
                                        .map(TraceCommand::address)
                                        .distinct()
                                        .forEach(candidates::add));
        return candidates;
    }

    private static String address(ConnectionStatus connection) {
        String peer = connection.peer();
        int colon = peer.lastIndexOf(':');
        return (colon < 0 ? peer : peer.substring(0, colon)).replaceAll("[\\[\\]]", "");
    }
}
