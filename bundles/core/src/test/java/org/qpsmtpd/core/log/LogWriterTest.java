package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

/** Loggers that do not come back, and what becomes of the lines meanwhile. */
class LogWriterTest {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long LIMIT_MILLIS = 200;

    private final Collected builtIn = new Collected();
    private final Collected other = new Collected();
    private LogRouter router = new LogRouter(builtIn::add, "", LIMIT_MILLIS);

    private static final class Collected implements LoggingHook {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        void add(LogRecord line) {
            lines.add(line.level() + ":" + line.line());
        }

        @Override
        public HookResult onLog(LogRecord line) {
            add(line);
            return HookResult.OK;
        }

        void await(String text) {
            LogWriterTest.await(() -> lines.stream().anyMatch(line -> line.contains(text)));
            assertThat(lines).anyMatch(line -> line.contains(text));
        }
    }

    /** Holds whoever comes until it is opened. */
    private static final class Gate implements LoggingHook {
        private final AtomicBoolean open = new AtomicBoolean();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger passed = new AtomicInteger();

        void pass() {
            inside.incrementAndGet();
            while (!open.get()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            passed.incrementAndGet();
        }

        @Override
        public HookResult onLog(LogRecord line) {
            pass();
            return HookResult.DECLINED;
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() {
        router.close();
    }

    private void use(LoggingHook... hooks) {
        List<LogTaker> takers = new ArrayList<>();
        for (LoggingHook hook : hooks) {
            takers.add(LogTaker.of("logger" + takers.size(), hook));
        }
        router.use(takers, LogLevel.WARN);
    }

    private void say(String text) {
        router.log(LogLevel.INFO, text);
    }

    @Test
    void theOthersGoOnWithoutALoggerThatHangs() {
        Gate gate = new Gate();
        use(gate, other);
        say("first");
        other.await("first");
        other.await("CRIT:logging plugin logger0 did not come back within 200 ms");
        say("second");
        other.await("second");
        assertThat(gate.inside).hasValue(1);

        gate.open.set(true);
        await(() -> gate.passed.get() == 1);
        int calls = gate.passed.get();
        await(
                () -> {
                    say("again");
                    return router.flush(PATIENCE_MILLIS) && gate.passed.get() > calls;
                });
        assertThat(gate.passed.get()).isGreaterThan(calls);
    }

    @Test
    void oneThatHangsAgainAndAgainIsOutUntilItIsReplaced() {
        AtomicInteger calls = new AtomicInteger();
        LoggingHook hook =
                line -> {
                    calls.incrementAndGet();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        return HookResult.DECLINED;
                    }
                    return HookResult.DECLINED;
                };
        use(hook, other);
        await(
                () -> {
                    say("line");
                    return router.flush(PATIENCE_MILLIS)
                            && other.lines.stream().anyMatch(line -> line.contains("replaced"));
                });
        int before = calls.get();
        use(hook, other);
        say("it is the same");
        other.await("it is the same");
        assertThat(calls).hasValue(before).hasValueBetween(3, 6);

        use(line -> hook.onLog(line), other);
        say("it is another");
        await(() -> calls.get() > before);
        assertThat(calls.get()).isGreaterThan(before);
    }

    @Test
    void nobodyWaitsForTheBuiltInLog() {
        Gate gate = new Gate();
        router.close();
        router =
                new LogRouter(
                        line -> {
                            gate.pass();
                            builtIn.add(line);
                        },
                        "",
                        LIMIT_MILLIS);
        for (int i = 0; i < 50_000; i++) {
            router.log(LogLevel.WARN, "line " + i);
        }
        await(() -> gate.inside.get() == 1);
        assertThat(router.flush(PATIENCE_MILLIS)).as("gone without the log").isTrue();
        gate.open.set(true);
        builtIn.await("lines of the log are lost");
        router.log(LogLevel.WARN, "after");
        builtIn.await("WARN:after");
    }

    @Test
    void whatDoesNotFitIsCountedAndUrgentLinesComeLast() {
        Gate gate = new Gate();
        router.close();
        router = new LogRouter(builtIn::add, "", PATIENCE_MILLIS);
        use(gate, other);
        String padding = " ".repeat(400);
        int said = 20_000;
        for (int i = 0; i < said; i++) {
            say(i + padding);
        }
        router.log(LogLevel.ERROR, "urgent");
        say("no room" + padding);
        gate.open.set(true);
        other.await("lines of the log are lost");

        List<String> lines = List.copyOf(other.lines);
        int kept = lines.indexOf("ERROR:urgent");
        assertThat(kept).isBetween(1000, said - 1);
        for (int i = 0; i < kept; i++) {
            assertThat(lines.get(i)).startsWith("INFO:" + i + " ");
        }
        assertThat(lines)
                .contains(
                        "ERROR:"
                                + (said + 1 - kept)
                                + " lines of the log are lost, nobody took them in time");
    }

    @Test
    void theEndIsNotHeldUp() {
        Gate gate = new Gate();
        router.close();
        router = new LogRouter(builtIn::add, "", TimeUnit.HOURS.toMillis(1));
        use(gate);
        say("line");
        assertThat(router.flush(10)).isFalse();
        router.close();
        gate.open.set(true);
        say("later");
        assertThat(builtIn.lines).isEmpty();
    }
}
