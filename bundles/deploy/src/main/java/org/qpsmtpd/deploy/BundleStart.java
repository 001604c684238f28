package org.qpsmtpd.deploy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Starts bundles, each on a thread of its own and within a time limit. */
final class BundleStart {
    /** Transient: after a restart of the framework a jar is checked before its bundle starts. */
    private static final int OPTIONS = Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY;

    private static final Pattern CLASS_VERSION =
            Pattern.compile("^(\\S+) has been compiled .*?\\(class file version ([0-9]{2,4})\\.");
    private static final int CLASS_VERSION_OF_JAVA_0 = 44;

    private final Duration limit;

    BundleStart(Duration limit) {
        this.limit = limit;
    }

    /**
     * Starts a bundle.
     *
     * @return completes, with the failure if there is one, at the latest when the limit is reached;
     *     a thread that still hangs then is interrupted and left alone
     */
    CompletableFuture<@Nullable Throwable> start(Bundle bundle) {
        CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
        Aside.soon("deploy start " + bundle.getBundleId(), () -> start(bundle, outcome));
        return outcome;
    }

    private void start(Bundle bundle, CompletableFuture<@Nullable Throwable> outcome) {
        Thread thread = Thread.currentThread();
        CompletableFuture<@Nullable Throwable> started = new CompletableFuture<>();
        var unused =
                started.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(
                                timeout -> {
                                    thread.interrupt();
                                    return timeout;
                                })
                        .thenAccept(outcome::complete);
        begin(bundle, started);
    }

    private static void begin(Bundle bundle, CompletableFuture<@Nullable Throwable> started) {
        @Nullable Throwable failure = null;
        try {
            bundle.start(OPTIONS);
        } catch (BundleException | RuntimeException | Error e) { // a bundle may throw anything
            failure = e;
        }
        started.complete(failure);
    }

    /** What a failure means, as the end of a sentence about the bundle. */
    String reason(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "it does not start within " + limit.toSeconds() + " seconds";
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = OneLine.of(String.valueOf(root.getMessage()));
        Matcher matcher = CLASS_VERSION.matcher(text);
        if (root instanceof UnsupportedClassVersionError && matcher.find()) {
            int java = Integer.parseInt(matcher.group(2)) - CLASS_VERSION_OF_JAVA_0;
            String name = matcher.group(1).replace('/', '.');
            return "its class " + name + " needs Java " + java + ", and this is Java " + thisJava();
        }
        return root instanceof BundleException
                ? "it does not start: " + text
                : "it does not start: " + root.getClass().getSimpleName() + ": " + text;
    }

    private static int thisJava() {
        return Runtime.version().feature();
    }
}
