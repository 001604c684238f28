package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.AuthOutcome;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.hook.AuthPostHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;

/** Tells how an authentication ended: the plugins, the log, and the client. */
final class AuthReplies {
    private static final int MOST_FAILURES = 5;
    private static final int SHOWN = 100;

    private final Turn turn;
    private final Talk talk;
    private final PluginChoice choice;
    private int failures;

    AuthReplies(Turn turn, PluginChoice choice) {
        this.turn = turn;
        this.choice = choice;
        talk = turn.talk();
    }

    /**
     * Tells it.
     *
     * @param user who tried; empty where that is not known
     * @param step any but a challenge
     */
    void tell(String mechanism, String user, SaslStep step) {
        if (step.kind() == SaslStep.Kind.MALFORMED) {
            talk.log(LogLevel.NOTICE, mechanism + " authentication unreadable: " + step.reason());
            talk.reply(Replies.AUTH_MALFORMED);
            return;
        }
        AuthOutcome outcome =
                switch (step.kind()) {
                    case SUCCESS -> AuthOutcome.SUCCEEDED;
                    case DEFERRED -> AuthOutcome.DEFERRED;
                    case FAILURE, MALFORMED, CHALLENGE -> AuthOutcome.FAILED;
                };
        AuthAttempt attempt = new AuthAttempt(mechanism, user);
        turn.ask(
                HookPoint.AUTH_POST,
                AuthPostHook.class,
                hook -> hook.onAuthPost(turn.smtp(), attempt, outcome),
                result -> reply(attempt, outcome, step, result));
    }

    private void reply(AuthAttempt attempt, AuthOutcome outcome, SaslStep step, HookResult result) {
        switch (outcome) {
            case SUCCEEDED -> succeeded(attempt, step);
            case FAILED -> failed(attempt, step);
            case DEFERRED -> deferred(attempt, step);
        }
        if (result.action().disconnects() || failures >= MOST_FAILURES) {
            talk.disconnect();
        }
    }

    private void succeeded(AuthAttempt attempt, SaslStep step) {
        SmtpConnection client = turn.smtp();
        client.setAuthentication(Authentication.succeeded(step.actsFor(), attempt.mechanism()));
        client.setRelayClient(true);
        if (client.naughty().isPresent()) {
            client.clearNaughty();
            talk.log(LogLevel.INFO, "auth success cleared naughty");
        }
        String text = attempt.mechanism() + " authentication successful for " + shown(attempt);
        String other = step.actsFor().equals(step.user()) ? "" : ", who acts for another user";
        talk.log(LogLevel.NOTICE, text + other);
        String more = step.text().isEmpty() ? "" : " - " + step.text();
        choice.again(() -> talk.reply(Reply.of(235, "2.7.0", text + more)));
    }

    /** The same words whether the user is there or not; the address is for who reads the log. */
    private void failed(AuthAttempt attempt, SaslStep step) {
        failures++;
        SmtpConnection client = turn.smtp();
        client.setAuthentication(Authentication.failed(attempt.user(), attempt.mechanism()));
        String text =
                attempt.mechanism()
                        + " authentication failed for "
                        + shown(attempt)
                        + " from "
                        + client.remoteIp();
        talk.log(LogLevel.WARN, step.reason().isEmpty() ? text : text + ": " + step.reason());
        talk.reply(Reply.of(535, "5.7.8", text));
    }

    private void deferred(AuthAttempt attempt, SaslStep step) {
        talk.log(
                LogLevel.WARN,
                attempt.mechanism()
                        + " authentication deferred for "
                        + shown(attempt)
                        + " from "
                        + turn.smtp().remoteIp()
                        + ": "
                        + step.reason());
        talk.reply(Replies.AUTH_DEFERRED);
    }

    /** The name without blanks, so that nobody writes an address into the log by it. */
    private static String shown(AuthAttempt attempt) {
        String name = attempt.user().replaceAll("[\\p{Z}\\p{C}]", "_");
        String cut = name.length() > SHOWN ? name.substring(0, SHOWN) + "..." : name;
        return cut.isEmpty() ? "an unknown user" : cut;
    }
}
