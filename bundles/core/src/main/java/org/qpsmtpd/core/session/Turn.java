package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.HookHost;
import org.qpsmtpd.core.chain.HookRun;
import org.qpsmtpd.core.chain.Outcome;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.record.SessionLog;
import org.qpsmtpd.core.worker.ChildPool;
import org.qpsmtpd.core.worker.InlineCalls;

/**
 * One thing at a time: asks a hook, and goes on with its answer. Meanwhile the session is busy.
 * When the client has gone, the end waits until nothing is asked any more.
 */
final class Turn implements HookHost {
    private static final long LOOK_UP_SECONDS = 60;

    private final Engine engine;
    private final Generation generation;
    private PluginList plugins;
    private final LookUps lookUps;
    private final SmtpConnection connection;
    private final Talk talk;
    private final Runnable end;
    private @Nullable HookRun run;
    private Set<QueueExtension> offered = Set.of();
    private int asking;
    private boolean ended;

    /**
     * @param end runs once, when the client has gone and nothing is asked any more
     */
    Turn(Engine engine, Wire wire, Endpoints endpoints, Runnable end) {
        this.engine = engine;
        this.end = end;
        String id = engine.newId();
        generation = engine.enterGeneration();
        plugins = generation.lists().get(0);
        lookUps = new LookUps(engine, plugins, this);
        connection = new SmtpConnection(id, endpoints, lookUps, wire, engine.log());
        SessionLog log = new SessionLog(id, connection.remoteIp(), generation.number());
        News news = new News(engine.log(), connection);
        talk = new Talk(engine, wire, connection, new Diary(log, engine.figures(), news));
    }

    /** Whether our socket is one of those that speak LMTP. */
    boolean isLmtp() {
        return settings().lmtpPorts().contains(connection.socketPort());
    }

    /** The extensions of queueing that the client was offered by the last EHLO. */
    Set<QueueExtension> offered() {
        return offered;
    }

    void offer(Set<QueueExtension> extensions) {
        offered = extensions;
    }

    /** Runs a hook; the session is busy until the result is there. */
    <H> void ask(
            HookPoint point,
            Class<H> type,
            Function<H, HookResult> call,
            Consumer<HookResult> then) {
        if (!plugins.has(point)) {
            then.accept(HookResult.DECLINED);
            return;
        }
        asking++;
        HookRun started =
                HookRun.start(
                        plugins,
                        point,
                        this,
                        hook -> call.apply(type.cast(hook)),
                        result -> answered(result, then));
        if (started != null) {
            run = started;
        }
    }

    private void answered(HookResult result, Consumer<HookResult> then) {
        asking--;
        run = null;
        boolean abandoned = talk.isGone() && !ended;
        if (!abandoned) {
            try {
                then.accept(result);
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
        settled();
    }

    /**
     * Looks something up that plugins may supply, and may wait for; the session is busy until it is
     * there.
     *
     * @param then is told what was found, or why nothing was
     */
    <T> void lookUp(Supplier<T> question, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        await();
        Executor place = plugins.lookUpsMayWait() ? engine.children() : Runnable::run;
        var unused =
                CompletableFuture.supplyAsync(question, place)
                        .orTimeout(LOOK_UP_SECONDS, TimeUnit.SECONDS)
                        .whenCompleteAsync(
                                (found, failure) -> goOn(() -> then.accept(found, failure)),
                                loop());
    }

    /** Something is looked up that is no hook; {@link #goOn} ends the wait. */
    void await() {
        asking++;
    }

    /**
     * What was looked up is there.
     *
     * @param then runs even when the client has gone
     */
    void goOn(Runnable then) {
        asking--;
        then.run();
        settled();
    }

    /** Something of ours went wrong: the client is to come again, and this connection ends. */
    void failed(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String where = trace.length == 0 ? "" : " at " + trace[0];
        Throwable cause = failure.getCause();
        String why = cause == null ? "" : " (" + cause + ")";
        talk.log(LogLevel.CRIT, "internal error: " + failure + why + where);
        talk.reply(Replies.INTERNAL_ERROR);
        talk.disconnect();
    }

    private void settled() {
        if (asking > 0) {
            return;
        }
        if (talk.isGone() && !ended) {
            end();
        } else if (!talk.isGone()) {
            talk.wire().resume();
        }
    }

    /** The client has gone, or was closed by us. */
    void closed() {
        talk.setGone();
        if (asking == 0) {
            end();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            end.run();
        }
    }

    /** Whether an answer is waited for. */
    boolean isAsking() {
        return asking > 0;
    }

    /** The run of hooks that goes on; null when none does. */
    @Nullable HookRun run() {
        return run;
    }

    /** Whether the hooks of the end have begun. */
    boolean isEnded() {
        return ended;
    }

    Engine engine() {
        return engine;
    }

    Generation generation() {
        return generation;
    }

    /** The plugins that the client has now. */
    PluginList plugins() {
        return plugins;
    }

    /** The client has these plugins from now on; an extension that they do not honour goes. */
    void use(PluginList next) {
        talk.diary().log().uses(next.name());
        if (next == plugins) {
            return;
        }
        plugins = next;
        lookUps.use(next);
        if (!offered.isEmpty()) {
            offered.retainAll(next.honoured(this));
        }
    }

    LookUps lookUps() {
        return lookUps;
    }

    Settings settings() {
        return lookUps.settings();
    }

    Talk talk() {
        return talk;
    }

    SmtpConnection smtp() {
        return connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public ScheduledExecutorService loop() {
        return talk.wire().executor();
    }

    @Override
    public ChildPool children() {
        return engine.children();
    }

    @Override
    public InlineCalls inlineCalls() {
        return talk.wire().inlineCalls();
    }

    @Override
    public Optional<Transaction> openTransaction() {
        return Optional.ofNullable(connection.transaction());
    }

    @Override
    public LogRouter log() {
        return engine.log();
    }

    @Override
    public void defer(String plugin, Action type, String text) {
        connection.defer(plugin, type, text);
    }

    @Override
    public void decided(Outcome outcome) {
        talk.diary().decided(outcome, connection.transaction());
    }
}
