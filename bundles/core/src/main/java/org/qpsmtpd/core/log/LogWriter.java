package org.qpsmtpd.core.log;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * Gives lines and records to the logging plugins, one after the other, on a thread of its own, so
 * that nobody who logs depends on them. A second thread looks whether a plugin comes back. When one
 * does not, the first thread is left in it, and another goes on with the line at the next plugin.
 * What no plugin can take goes to the built-in log; when that hangs as well, the lines are lost and
 * counted.
 *
 * <p>The threads are started with the first line.
 */
final class LogWriter {
    static final long USUAL_LIMIT_MILLIS = 5000;

    private static final long MOST_OCTETS = 4L * 1024 * 1024;
    private static final int MOST_HANGING = 8;
    private static final int LOOKS_PER_LIMIT = 10;
    private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long GIVEN_UP = -1;
    private static final Object END = new Object();

    private final LogQueue queue = new LogQueue(MOST_OCTETS);
    private final AtomicInteger hanging = new AtomicInteger();
    private final String prefix;
    private final LogTarget builtIn;
    private final long limitMillis;
    private final Thread watch;
    private volatile List<LogTarget> targets = List.of();
    private volatile LogLevel builtInLevel;
    private volatile @Nullable Writing writing;
    private volatile boolean started;
    private volatile boolean closed;
    private long notedAt;

    /** A thread of a log; what is said on it is said by those whom the log is given to. */
    private static final class LogThread extends Thread {
        LogThread(Runnable work, String name) {
            super(work, name);
            setDaemon(true);
        }
    }

    /**
     * @param prefix how the names of the threads begin
     * @param level the least urgent one that the built-in log shows
     * @param limitMillis how long a plugin may take for a line
     */
    LogWriter(String prefix, LogTarget builtIn, LogLevel level, long limitMillis) {
        this.prefix = prefix;
        this.builtIn = builtIn;
        builtInLevel = level;
        this.limitMillis = limitMillis;
        watch = new LogThread(this::watch, prefix + "log-watch");
    }

    /** Whether the calling thread is one of a log. */
    static boolean isLogThread() {
        return Thread.currentThread() instanceof LogThread;
    }

    /** From now on lines go to these, or up to a level to the built-in log. */
    void use(List<LogTarget> next, LogLevel level) {
        targets = List.copyOf(next);
        builtInLevel = level;
    }

    List<LogTarget> targets() {
        return targets;
    }

    /** Adds a line. */
    void offer(LogRecord line) {
        offer(line, weight(line), LogLevel.ERROR.shows(line.level()));
    }

    /** Adds the record of a session. */
    void offer(SessionRecord session) {
        offer(session, weight(session), false);
    }

    /** Adds something that happened in a session. */
    void offer(SessionEvent event) {
        offer(event, event.weight(), false);
    }

    /** Has those that take lines open anew what they write to. */
    void reopen() {
        if (started && !closed) {
            queue.addMark(LogTarget.REOPEN);
        }
    }

    private void offer(Object what, long weight, boolean urgent) {
        if (closed) {
            return;
        }
        queue.offer(what, weight, urgent);
        if (!started) {
            start();
        }
    }

    /** About how many octets of memory a line takes, with what holds it in the queue. */
    private static long weight(LogRecord line) {
        return 200 + 2L * line.text().length();
    }

    private static long weight(SessionRecord session) {
        long weight = 500 + 500L * session.messages().size();
        for (Decision decision : session.decisions()) {
            weight += 150 + decision.text().length() + decision.reason().length();
        }
        return weight;
    }

    /** Starts the threads; when there are none to be had the next line tries again. */
    private synchronized void start() {
        try {
            if (writing == null) {
                begin(new Writing(null, List.of(), 0, false));
            }
            if (watch.getState() == Thread.State.NEW) {
                watch.start();
            }
            started = true;
        } catch (OutOfMemoryError e) {
            // the system has no thread for us at this moment
        }
    }

    private void begin(Writing next) {
        writing = next;
        queue.takenBy(next.thread);
        next.thread.start();
    }

    /**
     * Waits until what was said before has been written.
     *
     * @return false when it took longer, or the caller is a thread of a log
     */
    boolean flush(long millis) {
        if (!started) {
            return true;
        }
        if (isLogThread()) {
            return false;
        }
        CountDownLatch mark = new CountDownLatch(1);
        queue.addMark(mark);
        try {
            return mark.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Writes what waits, within a bound, and ends; later lines are lost. */
    void close(long millis) {
        noteLost();
        flush(millis);
        synchronized (this) {
            closed = true;
            started = true;
        }
        queue.addMark(END);
        watch.interrupt();
    }

    /**
     * A thread that writes, and how far it is. The fields are written by this thread before {@link
     * #calls} tells that a call has begun, and read by the watch once it has given up that call.
     */
    private final class Writing {
        private final LogThread thread = new LogThread(this::run, prefix + "log");

        /** Counts the beginnings and ends of calls, so it is odd during one. */
        private final AtomicLong calls = new AtomicLong();

        private @Nullable Object what;
        private List<LogTarget> to;
        private int next;
        private boolean taken;
        private LogTarget callee = builtIn;

        Writing(@Nullable Object what, List<LogTarget> to, int next, boolean taken) {
            this.what = what;
            this.to = to;
            this.next = next;
            this.taken = taken;
        }

        private void run() {
            while (proceed()) {
                forget();
                what = queue.take();
                to = targets;
                next = 0;
                taken = false;
            }
        }

        /** While it waits it must not keep a plugin that has been replaced. */
        private void forget() {
            what = null;
            to = List.of();
            callee = builtIn;
        }

        /** Gives the present thing to those who have not had it; false when this thread is out. */
        private boolean proceed() {
            Object given = what;
            if (given == null || given == END) {
                return given == null;
            }
            if (given instanceof CountDownLatch mark) {
                mark.countDown();
                return true;
            }
            while (next < to.size()) {
                LogTarget target = to.get(next++);
                if (target.isBarred() || hanging.get() >= MOST_HANGING) {
                    continue;
                }
                taken |= !target.wants(given);
                if (target.wants(given) && !give(target, given)) {
                    return false;
                }
            }
            return taken || !(given instanceof LogRecord line) || giveBuiltIn(line);
        }

        private boolean giveBuiltIn(LogRecord line) {
            taken = true;
            if (!builtInLevel.shows(line.level())) {
                return true;
            }
            if (builtIn.isBarred()) {
                queue.countLost();
                return true;
            }
            return give(builtIn, line);
        }

        /** Calls somebody; false when that was given up and another thread writes. */
        private boolean give(LogTarget target, Object given) {
            callee = target;
            long call = calls.incrementAndGet();
            boolean kept = false;
            Throwable failure = null;
            try {
                kept = target.give(given);
            } catch (Throwable e) { // whatever a plugin does must not end the log
                failure = e;
            }
            if (!calls.compareAndSet(call, call + 1)) {
                comeBack(target);
                return false;
            }
            Thread.interrupted(); // may be left from the plugin
            if (failure != null) {
                say(target.failed(failure));
                return true;
            }
            target.succeeded();
            taken = true;
            next = kept ? to.size() : next;
            return true;
        }

        /** Takes a call away from this thread; false when it has come back. */
        private synchronized boolean giveUp(long call) {
            if (!calls.compareAndSet(call, GIVEN_UP)) {
                return false;
            }
            hanging.incrementAndGet();
            say(callee.hangs(limitMillis));
            return true;
        }

        private synchronized void comeBack(LogTarget target) {
            hanging.decrementAndGet();
            target.cameBack();
        }

        /** A thread that goes on from here. */
        private Writing successor() {
            return new Writing(what, to, next, taken);
        }
    }

    /** Says something about the log itself. */
    private void say(String text) {
        if (!text.isEmpty()) {
            offer(new LogRecord(Instant.now(), LogLevel.CRIT, "", "", "", LogText.clean(text)));
        }
    }

    private void watch() {
        long pause = Math.max(1, limitMillis / LOOKS_PER_LIMIT);
        @Nullable Writing seen = null;
        long looked = 0;
        int looks = 0;
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
            Writing now = writing;
            long call = now == null ? 0 : now.calls.get();
            looks = now == seen && call == looked ? looks + 1 : 0;
            seen = now;
            looked = call;
            try {
                look(now, call, looks);
            } catch (OutOfMemoryError e) {
                // the system has no thread for us at this moment; the next look tries again
            }
        }
    }

    private void look(@Nullable Writing now, long call, int looks) {
        if (now != null && !now.thread.isAlive()) {
            begin(now.successor());
        } else if (now != null && call % 2 == 1 && looks >= LOOKS_PER_LIMIT && now.giveUp(call)) {
            now.thread.interrupt();
            begin(now.successor());
        }
        if (queue.hasRoom() || System.nanoTime() - notedAt > NOTE_NANOS) {
            noteLost();
        }
    }

    private void noteLost() {
        boolean anybody =
                !builtIn.isBarred() || targets.stream().anyMatch(each -> !each.isBarred());
        long lost = anybody ? queue.lostSinceAsked() : 0;
        if (lost > 0) {
            notedAt = System.nanoTime();
            String text = lost + " lines of the log are lost, nobody took them in time";
            offer(new LogRecord(Instant.now(), LogLevel.ERROR, "", "", "", text));
        }
    }
}
