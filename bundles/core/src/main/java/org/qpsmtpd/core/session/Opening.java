package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.chain.SettingUnknown;
import org.qpsmtpd.core.chain.TimeLeft;

/** How a session begins: settings, admission, the look-up of the host, connect hooks, greeting. */
final class Opening {
    /** How long plugins may take for the settings of a session, in seconds. */

    /** How long the client's name may take, in seconds; a client waits for its greeting. */
    private static final long HOST_MILLIS = 3000;

    private final Turn turn;
    private final Talk talk;
    private final SmtpConnection connection;
    private final Tls tls;
    private boolean greeted;
    private boolean silent;

    Opening(Turn turn, Tls tls) {
        this.turn = turn;
        this.tls = tls;
        talk = turn.talk();
        connection = turn.smtp();
    }

    /** Whether the client has been greeted. */
    boolean isGreeted() {
        return greeted;
    }

    /**
     * Begins the dialogue.
     *
     * @param maxFromIp value of {@code --max-from-ip}
     * @param connectionsFromIp how many connections the client's address holds, this one included
     */
    void begin(int maxFromIp, int connectionsFromIp) {
        if (!turn.generation().faults().isEmpty()) {
            tls.begin(this::unavailable);
            return;
        }
        SmtpAdmission admission = new SmtpAdmission(connection, maxFromIp, connectionsFromIp);
        if (turn.generation().has(HookPoint.CONFIG)) {
            askForSettings(() -> preConnection(admission));
        } else {
            preConnection(admission);
        }
    }

    /** The session begins anew as that of another client: admission, greeting and all. */
    void beginAnew() {
        greeted = false;
        preConnection(new SmtpAdmission(connection, 0, 1));
    }

    /** The same for a client that has read a greeting already. */
    void beginAnewSilently() {
        silent = true;
        beginAnew();
    }

    private void unavailable() {
        turn.engine().figures().refusal(421);
        talk.reply(
                Reply.of(
                        421,
                        "4.3.5",
                        turn.settings().me()
                                + " Service not available, the configuration is incomplete;"
                                + " try again later"));
        talk.disconnect();
    }

    /** Plugins may supply the core's own settings too, and may wait for them. */
    private void askForSettings(Runnable then) {
        turn.lookUp(
                () -> turn.engine().settingsOf(turn.lookUps().config()),
                (asked, failure) -> settingsKnown(asked, failure, then));
    }

    private void settingsKnown(
            @Nullable Settings asked, @Nullable Throwable failure, Runnable then) {
        if (asked == null) {
            settingsUnknown(failure);
            return;
        }
        turn.lookUps().use(asked);
        if (!talk.isGone()) {
            then.run();
        }
    }

    private void settingsUnknown(@Nullable Throwable failure) {
        Throwable cause = failure == null ? null : failure.getCause();
        Throwable why = cause == null ? failure : cause;
        if (!(why instanceof SettingUnknown || why instanceof TimeoutException)) {
            turn.failed(new IllegalStateException("a plugin failed to supply settings", why));
            return;
        }
        talk.log(LogLevel.ERROR, "no settings for this session: " + why);
        talk.reply(Replies.SETTINGS_UNKNOWN);
        talk.disconnect();
    }

    private void preConnection(SmtpAdmission admission) {
        turn.ask(
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
            talk.log(LogLevel.NOTICE, "not let in, closing before the handshake: " + result.text());
            talk.drop();
        } else {
            boolean later = result.action().isTemporary();
            String usual = later ? "Sorry, try again later" : "Sorry, service not available to you";
            talk.refuse(result, later ? 451 : 550, "7.1", usual);
            talk.disconnect();
        }
    }

    private void lookUpHost() {
        Optional<Resolver> resolver = turn.engine().resolver();
        if (resolver.isEmpty() || connection.isNamed() || connection.isHostKnown()) {
            connect();
            return;
        }
        turn.await();
        DnsAnswer<String> none = DnsAnswer.none(DnsAnswer.Status.FAILED);
        CompletableFuture<DnsAnswer<String>> names =
                resolver.get()
                        .pointers(connection.remoteAddress())
                        .exceptionally(failure -> none)
                        .toCompletableFuture();
        TimeLeft.bound(names, none, HOST_MILLIS, turn.loop());
        var unused =
                names.thenAcceptAsync(answer -> turn.goOn(() -> hostLookedUp(answer)), turn.loop());
    }

    private void hostLookedUp(DnsAnswer<String> answer) {
        if (!answer.records().isEmpty()) {
            connection.setRemoteHost(Endpoints.safeHost(answer.records().get(0)));
        }
        if (!talk.isGone()) {
            connect();
        }
    }

    private void connect() {
        if (talk.shows(LogLevel.NOTICE)) {
            talk.log(
                    LogLevel.NOTICE,
                    "Connection from "
                            + connection.remoteInfo()
                            + " ["
                            + connection.remoteIp()
                            + "]");
        }
        turn.ask(
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
            talk.refuse(result, later ? 450 : 550, "7.1", usual);
            talk.disconnect();
            return;
        }
        greeted = true;
        connection.greeted();
        if (silent) {
            return;
        }
        boolean done = result.action() == Action.DONE;
        talk.reply(
                done
                        ? Reply.plain(result.code(), result.text())
                        : Reply.plain(220, turn.settings().greeting()));
    }
}
