package org.qpsmtpd.core.session;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PostConnectionHook;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.HookHost;
import org.qpsmtpd.core.chain.HookRun;
import org.qpsmtpd.core.chain.Outcome;
import org.qpsmtpd.core.chain.SettingUnknown;
import org.qpsmtpd.core.config.HookedConfig;
import org.qpsmtpd.core.config.UserConfigs;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.record.SessionLog;
import org.qpsmtpd.core.worker.ChildPool;
import org.qpsmtpd.core.worker.InlineCalls;

/**
 * A connection's life: admission, greeting, commands, end. One thing at a time: while a hook runs
 * the session is busy and sees no further input. All methods are called on the connection's own
 * thread.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/SMTP.pm}; RFC 5321 sections 3 and 4.
 */
public final class Session implements HookHost {
    private static final Reply SHUTTING_DOWN =
            Reply.of(421, "4.3.2", "Service shutting down, try again later");

    private static final Reply KILLED =
            Reply.of(421, "4.3.2", "Your connection has been killed by an administrator");

    private static final Reply CROWDED_OUT =
            Reply.of(421, "4.3.1", "This connection takes too much memory, try again later");

    /** What the engine of an encrypted connection keeps, and its buffers, about. */
    private static final int TLS_OCTETS = 32 * 1024;

    private static final Reply RENEWED =
            Reply.of(421, "4.3.2", "Service renewed, please connect again");

    /** How long plugins may take for the settings of a session, in seconds. */
    private static final long SETTINGS_SECONDS = 60;

    private final Engine engine;
    private final Wire wire;
    private final Generation generation;
    private final SmtpConnection connection;
    private final String id;
    private final Diary diary;
    private final Greeting greeting = new Greeting(this);
    private final Envelope envelope = new Envelope(this);
    private final DataPhase data = new DataPhase(this);
    private final Tls tls = new Tls(this);
    private Settings settings;
    private @Nullable SmtpTransaction transaction;
    private volatile @Nullable Config hookedConfig;
    private final UserConfigs userConfigs = new UserConfigs();
    private @Nullable HookRun run;
    private int transactions;
    private int asking;
    private boolean greeted;
    private boolean closing;
    private boolean gone;
    private boolean ended;

    /**
     * @param endpoints the two ends of the connection
     */
    public Session(Engine engine, Wire wire, Endpoints endpoints) {
        this.engine = engine;
        this.wire = wire;
        this.id = engine.newId();
        this.generation = engine.enterGeneration();
        this.settings = engine.settings();
        this.connection = new SmtpConnection(this, endpoints);
        this.diary =
                new Diary(
                        new SessionLog(id, connection.remoteIp(), generation.number()),
                        engine.figures());
    }

    /** Takes what is known of the client besides its address; before {@link #start}. */
    public void introduce(Introduction introduction) {
        connection.introduce(introduction);
    }

    // ---- life

    /**
     * Begins the dialogue.
     *
     * @param maxFromIp value of {@code --max-from-ip}
     * @param connectionsFromIp how many connections the client's address holds, this one included
     */
    public void start(int maxFromIp, int connectionsFromIp) {
        if (!generation.faults().isEmpty()) {
            tls.begin(this::unavailable);
            return;
        }
        SmtpAdmission admission = new SmtpAdmission(connection, maxFromIp, connectionsFromIp);
        if (generation.has(HookPoint.CONFIG)) {
            askForSettings(() -> preConnection(admission));
        } else {
            preConnection(admission);
        }
    }

    private void unavailable() {
        engine.figures().refusal(421);
        reply(
                Reply.of(
                        421,
                        "4.3.5",
                        settings.me()
                                + " Service not available, the configuration is incomplete;"
                                + " try again later"));
        disconnect();
    }

    /** Plugins may supply the core's own settings too, and may wait for them. */
    private void askForSettings(Runnable then) {
        asking++;
        Executor place = generation.lookUpsMayWait() ? engine.children() : Runnable::run;
        var unused =
                CompletableFuture.supplyAsync(() -> engine.settingsOf(config()), place)
                        .orTimeout(SETTINGS_SECONDS, TimeUnit.SECONDS)
                        .whenCompleteAsync(
                                (asked, failure) -> settingsKnown(asked, failure, then), loop());
    }

    private void settingsKnown(
            @Nullable Settings asked, @Nullable Throwable failure, Runnable then) {
        asking--;
        if (asked == null) {
            settingsUnknown(failure);
        } else {
            settings = asked;
            if (!gone) {
                then.run();
            }
        }
        settled();
    }

    private void settingsUnknown(@Nullable Throwable failure) {
        Throwable cause = failure == null ? null : failure.getCause();
        Throwable why = cause == null ? failure : cause;
        if (!(why instanceof SettingUnknown || why instanceof TimeoutException)) {
            failed(new IllegalStateException("a plugin failed to supply settings", why));
            return;
        }
        log(LogLevel.ERROR, "no settings for this session: " + why);
        reply(Replies.SETTINGS_UNKNOWN);
        disconnect();
    }

    private void preConnection(SmtpAdmission admission) {
        ask(
                HookPoint.PRE_CONNECTION,
                PreConnectionHook.class,
                hook -> hook.onPreConnection(admission),
                this::admitted);
    }

    /** Nobody is worth a handshake who is not let in. */
    private void admitted(HookResult result) {
        if (!result.action().refuses()) {
            tls.begin(this::lookUpHost);
        } else if (tls.isDue()) {
            log(LogLevel.NOTICE, "not let in, closing before the handshake: " + result.text());
            drop();
        } else {
            boolean later = result.action().isTemporary();
            String usual = later ? "Sorry, try again later" : "Sorry, service not available to you";
            refuse(result, later ? 451 : 550, "7.1", usual);
            disconnect();
        }
    }

    private void lookUpHost() {
        Optional<Resolver> resolver = engine.resolver();
        if (resolver.isEmpty() || connection.isNamed() || connection.isHostKnown()) {
            connect();
            return;
        }
        asking++;
        resolver.get()
                .pointers(connection.remoteAddress())
                .whenComplete(
                        (answer, failure) -> wire.executor().execute(() -> hostLookedUp(answer)));
    }

    private void hostLookedUp(@Nullable DnsAnswer<String> answer) {
        asking--;
        if (answer != null && !answer.records().isEmpty()) {
            connection.setRemoteHost(safeHost(answer.records().get(0)));
        }
        if (!gone) {
            connect();
        }
        settled();
    }

    /** Only what a host name may hold, as qpsmtpd cleans it. */
    static String safeHost(String name) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < Math.min(255, name.length()); i++) {
            char c = name.charAt(i);
            if (c < 128 && (Character.isLetterOrDigit(c) || ".-[]".indexOf(c) >= 0)) {
                safe.append(c);
            }
        }
        return safe.length() == 0 ? "Unknown" : safe.toString();
    }

    private void connect() {
        if (log().shows(LogLevel.NOTICE)) {
            log(
                    LogLevel.NOTICE,
                    "Connection from "
                            + connection.remoteInfo()
                            + " ["
                            + connection.remoteIp()
                            + "]");
        }
        ask(
                HookPoint.CONNECT,
                ConnectHook.class,
                hook -> hook.onConnect(connection),
                this::connected);
    }

    private void connected(HookResult result) {
        if (result.action().refuses()) {
            boolean later = result.action().isTemporary();
            String usual =
                    later
                            ? "Connection from you temporarily denied, bye bye."
                            : "Connection from you denied, bye bye.";
            refuse(result, later ? 450 : 550, "7.1", usual);
            disconnect();
            return;
        }
        greeted = true;
        connection.greeted();
        boolean done = result.action() == Action.DONE;
        reply(
                done
                        ? Reply.plain(result.code(), result.text())
                        : Reply.plain(220, settings.greeting()));
    }

    /** Takes one command line, without its line end. */
    public void line(String line) {
        if (log().shows(LogLevel.INFO)) {
            log(LogLevel.INFO, "dispatching " + line);
        }
        int blank = 0;
        while (blank < line.length() && !isBlank(line.charAt(blank))) {
            blank++;
        }
        diary.nextCommand();
        String verb = line.substring(0, blank).toLowerCase(Locale.ROOT);
        String rest = line.substring(blank).strip();
        if (verb.equals("mail") && isOutlived() && isIdle()) {
            renewed();
            return;
        }
        switch (verb) {
            case "helo" -> greeting.helo(rest);
            case "ehlo" -> greeting.ehlo(rest);
            case "mail" -> envelope.mail(rest);
            case "rcpt" -> envelope.rcpt(rest);
            case "data" -> data.data(rest);
            case "bdat" -> data.bdat(rest);
            case "rset" -> reset(() -> reply(Replies.OK));
            case "noop" -> greeting.noop();
            case "vrfy" -> greeting.vrfy(rest);
            case "help" -> greeting.help(rest);
            case "quit" -> greeting.quit();
            default -> other(verb, rest);
        }
    }

    private void other(String verb, String rest) {
        if (verb.equals("starttls") && tls.isKnown()) {
            tls.starttls(rest);
        } else if (verb.equals("xclient") && engine.knowsXclient()) {
            xclient(rest);
        } else if (verb.equals("proxy")) {
            log(LogLevel.NOTICE, "PROXY header from a stranger, closing");
            reply(Replies.PROXY_REFUSED);
            disconnect();
        } else {
            greeting.unrecognized(verb, rest);
        }
    }

    /** Whether the client may speak for others: it is asked before it does so. */
    boolean takesXclient() {
        return engine.takesXclientFrom(connection.ownAddress());
    }

    private void xclient(String argument) {
        if (!takesXclient()) {
            log(LogLevel.NOTICE, "XCLIENT from a stranger");
            reply(Replies.XCLIENT_REFUSED);
            return;
        }
        SmtpTransaction current = transaction;
        if (current != null && current.hasSender()) {
            reply(Replies.IN_TRANSACTION);
            return;
        }
        try {
            Xclient behind = Xclient.parse(argument);
            reset(() -> speakFor(behind));
        } catch (IllegalArgumentException e) {
            reply(Reply.of(501, "5.5.4", "Bad XCLIENT: " + e.getMessage()));
        }
    }

    /** The session begins anew as that of another client: admission, greeting and all. */
    private void speakFor(Xclient behind) {
        connection.speakFor(behind);
        log(LogLevel.NOTICE, "XCLIENT: speaks for " + connection.remoteIp());
        greeted = false;
        preConnection(new SmtpAdmission(connection, 0, 1));
    }

    /** The client must introduce itself again: what it said before TLS may be somebody else's. */
    void startOver() {
        reset(connection::startOver);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether input must wait. */
    public boolean isBusy() {
        return asking > 0 || closing || !greeted || data.isFinishing() || tls.isShaking();
    }

    /** Whether the session waits between transactions, so that it can be ended without loss. */
    public boolean isIdle() {
        SmtpTransaction current = transaction;
        return !isBusy() && (current == null || !current.hasSender()) && !data.isReceiving();
    }

    /** Whether it can be ended without loss: it is idle, or has not begun. */
    public boolean isExpendable() {
        return isIdle() || tls.isShaking();
    }

    /** Tells the client that the server stops, and closes. */
    public void shutDown() {
        if (tls.isShaking()) {
            drop();
        } else {
            end(SHUTTING_DOWN);
        }
    }

    /**
     * Ends the session because an administrator wants it. Not with 550, as qpsmtpd's pollserver
     * did: a sending server would return its message as undeliverable.
     */
    public void killed() {
        end(KILLED);
    }

    /**
     * Ends the session because it keeps more in memory than others, of which too little is left.
     *
     * @param octets how much it keeps with its buffers
     */
    public void crowdedOut(long octets) {
        log(LogLevel.NOTICE, "keeps " + octets + " octets while memory is short, closing");
        end(CROWDED_OUT);
    }

    /** About how much memory it keeps now, in octets, without the buffers of its connection. */
    public long held() {
        SmtpTransaction current = transaction;
        return Budget.SESSION
                + (current == null ? 0 : current.held())
                + data.held()
                + connection.held()
                + diary.log().growth()
                + (tls.isBegun() ? TLS_OCTETS : 0);
    }

    private void end(Reply last) {
        if (!closing) {
            reply(last);
            disconnect();
        }
    }

    /** Ends the session when the client took too long. */
    public void timedOut() {
        log(LogLevel.NOTICE, "Connection Timed Out");
        reply(Replies.TIMED_OUT);
        disconnect();
    }

    /** Refuses a line that breaks the framing, and closes. */
    public void brokenFraming() {
        log(LogLevel.NOTICE, "bare CR or LF, closing");
        reply(Replies.BARE_LINE_END);
        disconnect();
    }

    /** Refuses a command line that is too long; it was thrown away. */
    public void lineTooLong() {
        reply(Replies.LINE_TOO_LONG);
    }

    /**
     * Checks whether a running hook is overdue, and whether the session has outlived its plugins.
     */
    public void tick(long nanoTime) {
        HookRun current = run;
        if (current != null) {
            current.tick(nanoTime);
        } else if (isOutlived() && isIdle()) {
            renewed();
        }
    }

    /**
     * Whether plugins of this session were replaced longer ago than {@code retire_after} allows.
     */
    private boolean isOutlived() {
        return generation.isOver(engine.settings().retireSeconds());
    }

    private void renewed() {
        log(LogLevel.NOTICE, "the plugins of this session were replaced, closing");
        reply(RENEWED);
        disconnect();
    }

    /** Whether the hooks of the end have run and nothing is left to do. */
    public boolean isOver() {
        return ended && asking == 0;
    }

    /** How long the client may take now, in seconds. */
    public int patienceSeconds() {
        return data.isReceiving() ? settings.dataSeconds() : settings.commandSeconds();
    }

    /** The client has gone, or was closed by us. */
    public void closed() {
        gone = true;
        if (asking == 0) {
            end();
        }
    }

    /** Ends the session from our side: what is ready is sent, then the connection closes. */
    void disconnect() {
        if (!closing) {
            closing = true;
            if (log().shows(LogLevel.INFO)) {
                log(LogLevel.INFO, "click, disconnecting");
            }
            wire.close();
        }
    }

    /** Ends a session in which nothing was said: closes without a word. */
    void drop() {
        closing = true;
        wire.drop();
    }

    /** Runs the hooks of the end once, in qpsmtpd's order, and lets go of everything. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        data.aborted();
        if (closing) {
            disconnectHooks(() -> reset(this::postConnection));
        } else {
            reset(() -> disconnectHooks(this::postConnection));
        }
    }

    private void disconnectHooks(Runnable then) {
        ask(
                HookPoint.DISCONNECT,
                DisconnectHook.class,
                hook -> {
                    hook.onDisconnect(connection);
                    return HookResult.DECLINED;
                },
                result -> then.run());
    }

    private void postConnection() {
        ask(
                HookPoint.POST_CONNECTION,
                PostConnectionHook.class,
                hook -> {
                    hook.onPostConnection(connection);
                    return HookResult.DECLINED;
                },
                result -> {
                    connection.clear();
                    generation.leave();
                    engine.ended(diary.log(), connection.remoteHost());
                });
    }

    // ---- hooks

    /** Runs a hook; the session is busy until the result is there. */
    <H> void ask(
            HookPoint point,
            Class<H> type,
            Function<H, HookResult> call,
            Consumer<HookResult> then) {
        if (!generation.has(point)) {
            then.accept(HookResult.DECLINED);
            return;
        }
        asking++;
        HookRun started =
                HookRun.start(
                        generation,
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
        boolean abandoned = gone && !ended;
        if (!abandoned) {
            try {
                then.accept(result);
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
        settled();
    }

    /** Something of ours went wrong: the client is to come again, and this connection ends. */
    private void failed(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String where = trace.length == 0 ? "" : " at " + trace[0];
        Throwable cause = failure.getCause();
        String why = cause == null ? "" : " (" + cause + ")";
        log(LogLevel.CRIT, "internal error: " + failure + why + where);
        reply(Replies.INTERNAL_ERROR);
        disconnect();
    }

    private void settled() {
        if (asking > 0) {
            return;
        }
        if (gone && !ended) {
            end();
        } else if (!gone) {
            wire.resume();
        }
    }

    /** Drops the transaction; a new one takes its place. */
    void reset(Runnable then) {
        data.abandon();
        SmtpTransaction old = transaction;
        if (old == null) {
            then.run();
            return;
        }
        ask(
                HookPoint.RESET_TRANSACTION,
                ResetTransactionHook.class,
                hook -> {
                    hook.onResetTransaction(old);
                    return HookResult.DECLINED;
                },
                result -> {
                    diary.ended(old);
                    discard(old);
                    transaction = newTransaction();
                    then.run();
                });
    }

    private void discard(SmtpTransaction old) {
        if (old.hasFiles()) {
            old.forget(); // what waits for a child takes no memory meanwhile
            engine.children().execute(() -> delete(old));
        } else {
            delete(old);
        }
    }

    private void delete(SmtpTransaction old) {
        try {
            old.discard();
        } catch (IOException e) {
            log(LogLevel.ERROR, "spool file cannot be deleted: " + e.getMessage());
        }
    }

    private SmtpTransaction newTransaction() {
        transactions++;
        return new SmtpTransaction(id + "-" + transactions, this, engine.spool());
    }

    // ---- the record

    @Override
    public void decided(Outcome outcome) {
        diary.decided(outcome, transaction);
    }

    /** The message is there: the next reply tells what became of it. */
    void messageArrived(SmtpTransaction message) {
        diary.messageArrived(message);
    }

    /** Whether an id is this connection's or that of one of its messages. */
    public boolean isKnownAs(String someId) {
        return someId.equals(id) || someId.startsWith(id + "-");
    }

    /** What happened so far. */
    public SessionRecord record() {
        return diary.snapshot(connection.remoteHost(), ended, transaction);
    }

    /** What it is doing now. */
    public ConnectionStatus status() {
        SmtpTransaction current = transaction;
        String sender = current != null && current.hasSender() ? current.sender().format() : "";
        return new ConnectionStatus(
                id,
                connection.peer(),
                connection.remoteHost(),
                diary.began(),
                state(!sender.isEmpty()),
                generation.number(),
                connection.helloHost(),
                sender,
                diary.messages());
    }

    private String state(boolean sending) {
        HookRun current = run;
        if (current != null) {
            return current.description();
        }
        if (closing) {
            return "closing";
        }
        if (tls.isShaking()) {
            return "tls";
        }
        if (!greeted) {
            return "connect";
        }
        if (data.isReceiving()) {
            return "data";
        }
        return sending ? "mail" : "command";
    }

    // ---- replies

    /** Sends a reply. */
    void reply(Reply reply) {
        if (gone) {
            return;
        }
        if (log().shows(LogLevel.INFO)) {
            reply.logLines().forEach(line -> log(LogLevel.INFO, line));
        }
        SmtpTransaction current = transaction;
        diary.replied(reply, current);
        wire.send(reply, current != null && current.smtpUtf8());
    }

    /**
     * Sends a plugin's refusal.
     *
     * @param code the hook's reply code, unless the plugin gave its own
     * @param subjectDetail end of the enhanced code, unless the text names one
     * @param usual the text when the plugin gave none
     */
    void refuse(HookResult result, int code, String subjectDetail, String usual) {
        String text = result.text().isEmpty() ? usual : result.text();
        int own = result.code() == 0 ? code : result.code();
        if (own == 421 && !diary.isMessageArrived()) {
            engine.figures().refusal(own);
        }
        reply(Reply.coded(own, subjectDetail, text));
    }

    /** Sends a plugin's own reply. */
    void done(HookResult result) {
        reply(Reply.coded(result.code(), "0.0", result.text()));
    }

    // ---- what the verbs and plugins see

    SmtpConnection smtp() {
        return connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Executor loop() {
        return wire.executor();
    }

    @Override
    public ChildPool children() {
        return engine.children();
    }

    @Override
    public InlineCalls inlineCalls() {
        return wire.inlineCalls();
    }

    @Override
    public Optional<Transaction> openTransaction() {
        return Optional.ofNullable(transaction);
    }

    @Override
    public LogRouter log() {
        return engine.log();
    }

    @Override
    public void defer(String plugin, Action type, String text) {
        connection.defer(plugin, type, text);
    }

    void log(LogLevel level, String text) {
        engine.log().log(level, id, text);
    }

    /** Identifies the connection in the log. */
    public String id() {
        return id;
    }

    Engine engine() {
        return engine;
    }

    Wire wire() {
        return wire;
    }

    Settings settings() {
        return settings;
    }

    /** How many recipients a message may have: as set, and no more than can be queued at once. */
    int mostRecipients() {
        return Math.min(settings.maxRecipients(), generation.mostRecipients(this));
    }

    Tls tls() {
        return tls;
    }

    Generation generation() {
        return generation;
    }

    Clock clock() {
        return engine.clock();
    }

    @Nullable SmtpTransaction transactionOrNull() {
        return transaction;
    }

    /** The transaction; one is begun when there is none. */
    SmtpTransaction transaction() {
        SmtpTransaction current = transaction;
        if (current == null) {
            current = newTransaction();
            transaction = current;
        }
        return current;
    }

    Config config() {
        if (!generation.has(HookPoint.CONFIG)) {
            return engine.config();
        }
        Config config = hookedConfig;
        if (config == null) {
            config =
                    new HookedConfig(
                            name ->
                                    generation.first(
                                            this,
                                            HookPoint.CONFIG,
                                            ConfigHook.class,
                                            hook -> hook.onConfig(name)),
                            engine.config());
            hookedConfig = config;
        }
        return config;
    }

    Config configFor(Address address) {
        if (!generation.has(HookPoint.USER_CONFIG)) {
            return config();
        }
        return userConfigs.of(
                address,
                () ->
                        new HookedConfig(
                                name ->
                                        generation.first(
                                                this,
                                                HookPoint.USER_CONFIG,
                                                UserConfigHook.class,
                                                hook -> hook.onUserConfig(address, name)),
                                config()));
    }

    CompletionStage<Boolean> awaitInput(Duration limit) {
        return data.isChunking()
                ? CompletableFuture.completedFuture(false)
                : wire.awaitInput(limit);
    }
}
