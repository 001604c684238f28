package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.TlsInfo;

/**
 * Encryption of a connection: by STARTTLS (RFC 3207), or from the first octet on (RFC 8314).
 *
 * <p>After STARTTLS nothing holds that the client said before: greeting, transaction, the
 * permission to relay and results of authentication are what they were when the client was greeted.
 * Notes stay, as in qpsmtpd, because those of the hook {@code connect} would not come again.
 */
final class Tls {
    private final Session session;
    private boolean shaking;
    private boolean begun;

    Tls(Session session) {
        this.session = session;
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
        return session.generation().hasTls()
                && session.smtp().tls().isEmpty()
                && ask(hook -> Optional.of(hook.isReady())).orElse(false);
    }

    /** Whether STARTTLS is a command of this session. */
    boolean isKnown() {
        return session.generation().hasTls();
    }

    /** Whether the port wants a handshake that has not been made yet. */
    boolean isDue() {
        int port = session.smtp().socketPort();
        return session.generation().hasTls()
                && session.smtp().tls().isEmpty()
                && session.engine()
                        .beginsWithTls(port, ask(hook -> Optional.of(hook.isImplicit(port))));
    }

    /** Goes on, after the handshake where the port wants one. */
    void begin(Runnable then) {
        if (!isDue()) {
            then.run();
            return;
        }
        Optional<SSLEngine> engine = newEngine();
        if (engine.isEmpty()) {
            session.log(LogLevel.ERROR, "no certificate for a port that begins with TLS, closing");
            session.drop();
            return;
        }
        shake(engine.get(), then);
    }

    void starttls(String argument) {
        if (!argument.isEmpty()) {
            session.reply(Replies.NO_PARAMETERS);
        } else if (session.smtp().tls().isPresent()) {
            session.reply(Replies.TLS_ALREADY);
        } else if (session.smtp().hello() != Hello.EHLO) {
            session.reply(Replies.SAY_EHLO);
        } else if (session.wire().hasInput()) {
            session.log(LogLevel.NOTICE, "octets in clear behind STARTTLS, closing");
            session.reply(Replies.BEHIND_STARTTLS);
            session.disconnect();
        } else {
            newEngine().ifPresentOrElse(this::goAhead, () -> session.reply(Replies.NO_TLS));
        }
    }

    private void goAhead(SSLEngine engine) {
        session.reply(Replies.START_TLS);
        shake(engine, session::startOver);
    }

    private void shake(SSLEngine engine, Runnable then) {
        shaking = true;
        begun = true;
        session.wire().startTls(engine, agreed -> encrypted(agreed, then));
    }

    private void encrypted(TlsInfo agreed, Runnable then) {
        shaking = false;
        session.smtp().setTls(agreed);
        if (session.log().shows(LogLevel.INFO)) {
            session.log(LogLevel.INFO, "TLS " + agreed.protocol() + " " + agreed.cipher());
        }
        then.run();
    }

    private Optional<SSLEngine> newEngine() {
        return ask(hook -> hook.newEngine(session.smtp()));
    }

    private <T> Optional<T> ask(Function<TlsHook, Optional<T>> question) {
        return session.generation().askTls(session, question);
    }
}
