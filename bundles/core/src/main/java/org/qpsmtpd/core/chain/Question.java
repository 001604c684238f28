package org.qpsmtpd.core.chain;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.log.LogLevel;

/**
 * One question to a plugin that supplies settings, while somebody waits for the answer: a plugin in
 * its own call, or a session that begins. Such a plugin runs on a thread aside, so that whoever
 * asks goes on when its time is over. One that never waits runs where the question is put, if that
 * place is watched.
 *
 * <p>A plugin that does not answer is counted and passed over like any other; the one that asked is
 * not to blame. Then the setting is unknown, or the next source is asked if the line of the plugin
 * says {@code on_error skip}.
 */
final class Question<T> {
    private static final long IDLE_SECONDS = 10;

    /** No more run at once than there are children that ask, and those that hang. */
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Question::thread);

    private final HookHost host;
    private final Link link;
    private final Function<Object, Optional<T>> code;
    private final @Nullable HookCall asking = HookCall.current();

    Question(HookHost host, Link link, Function<Object, Optional<T>> code) {
        this.host = host;
        this.link = link;
        this.code = code;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "plugin-settings");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks.
     *
     * @throws SettingUnknown when the plugin does not answer
     */
    Optional<T> ask() {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.enter();
        if (hook == null) {
            return unknown("is away");
        }
        if (plugin.isBarred(host.children().most())
                || !plugin.breaker().allows(System.nanoTime())) {
            plugin.exit();
            return unknown("failed too often and is not asked");
        }
        if (asking != null) {
            asking.asks(link);
        }
        try {
            return isWatchedHere() ? askHere(hook) : askAside(hook);
        } finally {
            if (asking != null) {
                asking.asks(null);
            }
        }
    }

    private Came<Optional<T>> call(Object hook) {
        return Door.call(
                host,
                link,
                hook,
                it -> Objects.requireNonNull(code.apply(it), "null is no answer"));
    }

    private boolean isWatchedHere() {
        boolean quick = link.plugin().isNonBlocking(link.point());
        return host.inlineCalls().isHere() || (quick && asking != null);
    }

    private Optional<T> askHere(Object hook) {
        long began = System.nanoTime();
        Came<Optional<T>> came = call(hook);
        link.plugin().exit();
        return taken(began, came);
    }

    private Optional<T> askAside(Object hook) {
        HookCall call = HookCall.withoutPlace(link);
        CompletableFuture<Came<Optional<T>>> answer = new CompletableFuture<>();
        try {
            THREADS.execute(() -> run(call, hook, answer));
        } catch (OutOfMemoryError e) {
            return askHere(hook); // without a thread to spare, the one that asks is as good
        }
        Share share = link.plugin().share();
        boolean counted = asking != null && share.tryTake(host.children());
        try {
            return await(call, answer);
        } finally {
            if (counted) {
                share.giveBack(host.children());
            }
        }
    }

    private void run(HookCall call, Object hook, CompletableFuture<Came<Optional<T>>> answer) {
        try {
            if (call.begin(Thread.currentThread())) {
                answer.complete(call(hook));
            }
        } finally {
            if (!call.end()) {
                link.plugin().hangsNoMore();
            }
            link.plugin().exit();
        }
    }

    private Optional<T> await(HookCall call, CompletableFuture<Came<Optional<T>>> answer) {
        long began = System.nanoTime();
        try {
            return taken(began, answer.get(call.limitSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // the door lets nothing through
        } catch (TimeoutException e) {
            giveUp(call);
            return late(call.limitSeconds());
        } catch (InterruptedException e) {
            // The call that asked is given up itself, and then this plugin is counted there.
            giveUp(call);
            link.plugin().breaker().undecided();
            Thread.currentThread().interrupt();
            return unknown("did not answer before the call that asked was given up");
        }
    }

    private void giveUp(HookCall call) {
        if (call.giveUp() != HookCall.State.ENDED) {
            link.plugin().hangs();
        }
    }

    private Optional<T> taken(long began, Came<Optional<T>> came) {
        Optional<T> answer = came.value();
        if (answer == null) {
            Throwable failure = came.failure();
            return threw(failure == null ? new IllegalStateException("no answer") : failure);
        }
        long took = System.nanoTime() - began;
        Action action = answer.isPresent() ? Action.OK : Action.DECLINED;
        link.plugin().figures(link.point()).answered(action, took);
        Door.succeeded(host, link);
        return answer;
    }

    private Optional<T> threw(Throwable failure) {
        Door.threw(host, link, failure);
        return unknown("failed: " + failure);
    }

    private Optional<T> late(long seconds) {
        host.log().log(
                LogLevel.CRIT,
                link.call(host.connection().id()),
                "plugin "
                        + link.name()
                        + " did not answer hook "
                        + link.point().hookName()
                        + " in time ("
                        + seconds
                        + " s), "
                        + (link.skipOnError()
                                ? "the next source is asked"
                                : "the setting is not known"));
        Door.failed(host, link, System.nanoTime());
        return unknown("did not answer in time");
    }

    private Optional<T> unknown(String why) {
        if (link.skipOnError()) {
            return Optional.empty();
        }
        throw new SettingUnknown(link.name(), why);
    }
}
