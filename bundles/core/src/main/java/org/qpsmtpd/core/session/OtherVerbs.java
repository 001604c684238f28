package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NoopHook;
import org.qpsmtpd.api.hook.QuitHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.log.LogLevel;

/** The verbs NOOP, VRFY, HELP and QUIT, and what is no verb. */
final class OtherVerbs {
    private static final int MAX_UNRECOGNIZED = 100;

    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final Opening opening;
    private int unrecognized;

    OtherVerbs(Transactions transactions, Opening opening) {
        this.opening = opening;
        this.transactions = transactions;
        turn = transactions.turn();
        talk = turn.talk();
    }

    void noop() {
        turn.ask(
                HookPoint.NOOP,
                NoopHook.class,
                hook -> hook.onNoop(turn.smtp()),
                result -> {
                    Action action = result.action();
                    if (action == Action.DENY || action == Action.DENY_DISCONNECT) {
                        talk.refuse(result, 500, "5.0", "Stop wasting my time.");
                        if (action.disconnects()) {
                            talk.disconnect();
                        }
                    } else if (action == Action.DONE) {
                        talk.done(result);
                    } else {
                        talk.reply(Replies.OK);
                    }
                });
    }

    void vrfy(String argument) {
        turn.ask(
                HookPoint.VRFY,
                VrfyHook.class,
                hook -> hook.onVrfy(turn.smtp(), argument),
                this::answerVrfy);
    }

    private void answerVrfy(HookResult result) {
        switch (result.action()) {
            case OK ->
                    talk.reply(
                            Reply.coded(
                                    250,
                                    "1.5",
                                    result.text().isEmpty() ? "User OK" : result.text()));
            case DENY -> {
                talk.refuse(result, 554, "7.1", "Access Denied");
                transactions.reset(() -> {});
            }
            case DONE -> talk.done(result);
            case DECLINED, DENYSOFT, DENY_DISCONNECT, DENYSOFT_DISCONNECT ->
                    talk.reply(
                            Reply.of(
                                    252,
                                    "2.5.2",
                                    "Just try sending a mail and we'll see how it turns out ..."));
        }
    }

    void help(String argument) {
        turn.ask(
                HookPoint.HELP,
                HelpHook.class,
                hook -> hook.onHelp(turn.smtp(), argument),
                this::answerHelp);
    }

    private void answerHelp(HookResult result) {
        switch (result.action()) {
            case DENY, DENYSOFT, DENY_DISCONNECT, DENYSOFT_DISCONNECT ->
                    talk.refuse(result, 500, "5.2", "Syntax error, command not recognized");
            case DONE -> talk.done(result);
            case OK, DECLINED -> {
                String version = turn.settings().ownGreeting() ? "" : " " + turn.engine().version();
                String usual =
                        "This is qpsmtpd"
                                + version
                                + "\n"
                                + "See http://smtpd.develooper.com/\n"
                                + "Commands: "
                                + (turn.isLmtp() ? "LHLO" : "EHLO HELO")
                                + " MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT";
                int code = result.code() == 0 ? 214 : result.code();
                talk.reply(
                        Reply.coded(code, "0.0", result.text().isEmpty() ? usual : result.text()));
            }
        }
    }

    void quit() {
        turn.ask(
                HookPoint.QUIT,
                QuitHook.class,
                hook -> hook.onQuit(turn.smtp()),
                result -> {
                    String usual =
                            turn.settings().me() + " closing connection. Have a wonderful day.";
                    if (result.action() == Action.DONE) {
                        talk.done(result);
                    } else {
                        talk.reply(
                                Reply.coded(
                                        221,
                                        "0.0",
                                        result.text().isEmpty() ? usual : result.text()));
                    }
                    talk.disconnect();
                });
    }

    void unrecognized(String verb, String rest) {
        unrecognized++;
        if (isHttp(verb) || unrecognized > MAX_UNRECOGNIZED) {
            talk.reply(Reply.of(421, "4.7.0", "This is a mail server, closing connection"));
            talk.disconnect();
            return;
        }
        turn.ask(
                HookPoint.UNRECOGNIZED_COMMAND,
                UnrecognizedCommandHook.class,
                hook -> hook.onUnrecognizedCommand(turn.smtp(), verb, rest),
                this::answerUnrecognized);
    }

    private void answerUnrecognized(HookResult result) {
        switch (result.action()) {
            case DENY -> talk.refuse(result, 500, "5.1", "Unrecognized command");
            case DENY_DISCONNECT -> {
                talk.refuse(result, 521, "5.1", "Unrecognized command");
                talk.disconnect();
            }
            case DENYSOFT_DISCONNECT -> {
                talk.refuse(result, 421, "5.1", "Unrecognized command");
                talk.disconnect();
            }
            case DONE -> talk.done(result);
            case OK, DECLINED, DENYSOFT -> talk.reply(Replies.UNRECOGNIZED);
        }
    }

    /**
     * A PROXY header that is no part of the connection's beginning: a plugin may trust it. It is
     * asked once in a session.
     */
    void proxy(String rest) {
        if (turn.smtp().hasSucceeded() || !turn.plugins().has(HookPoint.UNRECOGNIZED_COMMAND)) {
            refuseProxy();
            return;
        }
        turn.ask(
                HookPoint.UNRECOGNIZED_COMMAND,
                UnrecognizedCommandHook.class,
                hook -> hook.onUnrecognizedCommand(turn.smtp(), "proxy", rest),
                result -> {
                    if (result.action() == Action.OK && turn.smtp().succeed()) {
                        talk.log(LogLevel.NOTICE, "PROXY: speaks for " + turn.smtp().remoteIp());
                        transactions.reset(opening::beginAnewSilently);
                    } else {
                        refuseProxy();
                    }
                });
    }

    private void refuseProxy() {
        talk.log(LogLevel.NOTICE, "PROXY header from a stranger, closing");
        talk.reply(Replies.PROXY_REFUSED);
        talk.disconnect();
    }

    /** A browser, or something that speaks through one. */
    private static boolean isHttp(String verb) {
        return switch (verb) {
            case "get", "post", "put", "head", "options", "connect", "delete", "patch", "host:" ->
                    true;
            default -> false;
        };
    }
}
