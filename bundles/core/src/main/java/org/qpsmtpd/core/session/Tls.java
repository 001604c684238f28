package org.qpsmtpd.core.session;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.TlsInfo;

/**
 * Encryption of a connection: by STARTTLS (RFC 3207), or from the first octet on (RFC 8314).
 *
 * <p>After STARTTLS nothing holds that the client said before: greeting, transaction, the
 * permission to relay and results of authentication are what they were when the client was greeted.
 * Notes stay, as in qpsmtpd, because those of the hook {@code connect} would not come again.
 */
final class Tls {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private boolean shaking;
    private boolean begun;

    Tls(Transactions transactions) {
        this.transactions = transactions;
        turn = transactions.turn();
        talk = turn.talk();
    }

    /** Whether the handshake is going on. */
    boolean isShaking() {
        return shaking;
    }

    /** Whether the connection is encrypted, or about to be. */
    boolean isBegun() {
        return begun;
    }

    /** Whether EHLO offers it. */
    boolean isOffered() {
        return turn.generation().hasTls()
                && turn.smtp().tls().isEmpty()
                && ask(hook -> Optional.of(hook.isReady())).orElse(false);
    }

    /** Whether STARTTLS is a command of this session. */
    boolean isKnown() {
        return turn.generation().hasTls();
    }

    /** Whether the port wants a handshake that has not been made yet. */
    boolean isDue() {
        int port = turn.smtp().socketPort();
        return turn.generation().hasTls()
                && turn.smtp().tls().isEmpty()
                && turn.engine().beginsWithTls(port, turn.generation().isImplicitTls(turn, port));
    }

    /** Goes on, after the handshake where the port wants one. */
    void begin(Runnable then) {
        if (!isDue()) {
            then.run();
            return;
        }
        Optional<SSLEngine> engine = newEngine();
        if (engine.isEmpty()) {
            talk.log(LogLevel.ERROR, "no certificate for a port that begins with TLS, closing");
            talk.drop();
            return;
        }
        shake(engine.get(), then);
    }

    /**
     * @param then goes on under TLS
     */
    void starttls(String argument, Runnable then) {
        if (!argument.isEmpty()) {
            talk.reply(Replies.NO_PARAMETERS);
        } else if (turn.smtp().tls().isPresent()) {
            talk.reply(Replies.TLS_ALREADY);
        } else if (!turn.smtp().hello().isExtended()) {
            talk.reply(Replies.SAY_EHLO);
        } else if (talk.wire().hasInput()) {
            talk.log(LogLevel.NOTICE, "octets in clear behind STARTTLS, closing");
            talk.reply(Replies.BEHIND_STARTTLS);
            talk.disconnect();
        } else {
            newEngine()
                    .ifPresentOrElse(
                            engine -> goAhead(engine, then), () -> talk.reply(Replies.NO_TLS));
        }
    }

    private void goAhead(SSLEngine engine, Runnable then) {
        talk.reply(Replies.START_TLS);
        shake(engine, () -> startOver(then));
    }

    /** The client must introduce itself again: what it said before TLS may be somebody else's. */
    private void startOver(Runnable then) {
        transactions.reset(
                () -> {
                    turn.smtp().startOver();
                    then.run();
                });
    }

    private void shake(SSLEngine engine, Runnable then) {
        shaking = true;
        begun = true;
        talk.wire().startTls(engine, agreed -> encrypted(agreed, engine.getSession(), then));
    }

    private void encrypted(TlsInfo agreed, SSLSession session, Runnable then) {
        shaking = false;
        X509Certificate client = ask(hook -> hook.clientCertificate(session)).orElse(null);
        turn.smtp().setTls(new Encrypted(agreed, session, client));
        if (talk.shows(LogLevel.INFO)) {
            talk.log(LogLevel.INFO, "TLS " + agreed.protocol() + " " + agreed.cipher());
        }
        then.run();
    }

    private Optional<SSLEngine> newEngine() {
        return ask(hook -> hook.newEngine(turn.smtp()));
    }

    private <T> Optional<T> ask(Function<TlsHook, Optional<T>> question) {
        return turn.generation().askTls(turn, turn.plugins(), question);
    }
}
