package org.qpsmtpd.core.session;

import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.chain.SettingUnknown;

/**
 * Which plugin list a client has: chosen when it comes, and again when something is known of it
 * that a list may depend on. Never inside a transaction, and always of the session's generation.
 */
final class PluginChoice {
    private final Turn turn;
    private final Talk talk;
    private final Tls tls;

    PluginChoice(Turn turn, Tls tls) {
        this.turn = turn;
        this.tls = tls;
        talk = turn.talk();
    }

    /**
     * Chooses for a client that has come, or has taken the place of another.
     *
     * @param then goes on, unless its mail is deferred
     */
    void begin(Runnable then) {
        use(chosen(), then);
    }

    /**
     * Chooses again, after the client has begun TLS, or has said who it is.
     *
     * @param then goes on, unless the mail of such clients is deferred
     */
    void again(Runnable then) {
        PluginList next = chosen();
        if (next == turn.plugins()) {
            then.run();
        } else {
            use(next, then);
        }
    }

    private PluginList chosen() {
        Generation generation = turn.generation();
        if (generation.lists().size() == 1) {
            return turn.plugins();
        }
        SmtpConnection client = turn.smtp();
        return generation.listFor(
                client.remoteAddress(),
                client.socketPort(),
                client.tls().isPresent() || tls.isDue(),
                !client.authUser().isEmpty());
    }

    private void use(PluginList next, Runnable then) {
        turn.use(next);
        if (turn.generation().lists().size() > 1 && talk.shows(LogLevel.INFO)) {
            talk.log(LogLevel.INFO, "plugin list " + next.name());
        }
        if (!next.faults().isEmpty()) {
            tls.begin(this::unavailable);
        } else if (next.has(HookPoint.CONFIG)) {
            askForSettings(then);
        } else {
            then.run();
        }
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
}
