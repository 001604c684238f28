package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.chain.TimeLeft;

/**
 * How a session begins: plugins and settings, admission, the look-up of the host, connect hooks,
 * greeting.
 */
final class Opening {
    /** How long the client's name may take, in seconds; a client waits for its greeting. */
    private static final long HOST_MILLIS = 3000;

    private final Turn turn;
    private final Talk talk;
    private final SmtpConnection connection;
    private final Tls tls;
    private final PluginChoice choice;
    private boolean greeted;
    private boolean silent;

    Opening(Turn turn, Tls tls, PluginChoice choice) {
        this.turn = turn;
        this.tls = tls;
        this.choice = choice;
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
        begin(new SmtpAdmission(connection, maxFromIp, connectionsFromIp));
    }

    private void begin(SmtpAdmission admission) {
        choice.begin(() -> preConnection(admission));
    }

    /** The session begins anew as that of another client: admission, greeting and all. */
    void beginAnew() {
        greeted = false;
        begin(new SmtpAdmission(connection, 0, 1));
    }

    /** The same for a client that has read a greeting already. */
    void beginAnewSilently() {
        silent = true;
        beginAnew();
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
