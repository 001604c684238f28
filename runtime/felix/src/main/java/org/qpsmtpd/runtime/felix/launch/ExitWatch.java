package org.qpsmtpd.runtime.felix.launch;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.report.StartLog;

/**
 * Notices that something other than the launcher ends the process, such as a plugin that calls
 * {@code System.exit}: says who it is, and has the server finish what is in flight meanwhile. Of
 * {@code Runtime.halt} and of a kill nobody is told.
 */
public final class ExitWatch {
    private static final Duration MOST =
            Duration.ofSeconds(Long.getLong("org.qpsmtpd.exit_timeout", 20));

    private final StartLog log;
    private final Function<String, Optional<String>> bundleOf;
    private final Runnable stop;
    private final CountDownLatch over = new CountDownLatch(1);

    private ExitWatch(StartLog log, Function<String, Optional<String>> bundleOf, Runnable stop) {
        this.log = log;
        this.bundleOf = bundleOf;
        this.stop = stop;
    }

    /**
     * Begins the watch.
     *
     * @param bundleOf tells the bundle of a class by its name
     * @param stop begins to stop the server, and returns at once
     */
    static ExitWatch begin(
            StartLog log, Function<String, Optional<String>> bundleOf, Runnable stop) {
        ExitWatch watch = new ExitWatch(log, bundleOf, stop);
        Runtime.getRuntime().addShutdownHook(new Thread(watch::exiting, "exit watch"));
        return watch;
    }

    /** The server has stopped; from here on the end of the process is the launcher's. */
    void over() {
        over.countDown();
    }

    private void exiting() {
        if (over.getCount() == 0) {
            return;
        }
        log.warn(
                culprit(Thread.getAllStackTraces())
                        + " ends the process; the server finishes what is in flight");
        stop.run();
        try {
            if (!over.await(MOST.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("The server is not done after " + MOST.toSeconds() + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever is in {@code System.exit}. */
    private String culprit(Map<Thread, StackTraceElement[]> threads) {
        for (Map.Entry<Thread, StackTraceElement[]> thread : threads.entrySet()) {
            int exit = exitFrame(thread.getValue());
            if (exit >= 0) {
                return culprit(thread.getKey(), thread.getValue(), exit + 1);
            }
        }
        return "Something that cannot be told";
    }

    /** The outermost frame of the JDK's way out; negative when there is none. */
    private static int exitFrame(StackTraceElement[] trace) {
        int found = -1;
        for (int i = 0; i < trace.length; i++) {
            String type = trace[i].getClassName();
            boolean exits = trace[i].getMethodName().equals("exit");
            if (type.equals("java.lang.Shutdown")
                    || (exits && type.equals("java.lang.Runtime"))
                    || (exits && type.equals("java.lang.System"))) {
                found = i;
            }
        }
        return found;
    }

    private String culprit(Thread thread, StackTraceElement[] trace, int from) {
        @Nullable String caller = null;
        for (int i = from; i < trace.length; i++) {
            String type = trace[i].getClassName();
            if (type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.")) {
                continue;
            }
            caller = caller == null ? type : caller;
            Optional<String> bundle = bundleOf.apply(type);
            if (bundle.isPresent()) {
                return "Bundle "
                        + bundle.get()
                        + ", class "
                        + caller
                        + ", on thread "
                        + thread.getName();
            }
        }
        return (caller == null ? "Something" : "Class " + caller)
                + " on thread "
                + thread.getName();
    }
}
