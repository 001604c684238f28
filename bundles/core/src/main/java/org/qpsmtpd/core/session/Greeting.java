package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.EhloParseHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HeloParseHook;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NoopHook;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.hook.QuitHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.core.message.Characters;

/** The verbs around the envelope: HELO, EHLO, NOOP, VRFY, HELP, QUIT, and what is no verb. */
final class Greeting {
    private static final int MAX_UNRECOGNIZED = 100;

    private final Session session;
    private int unrecognized;

    Greeting(Session session) {
        this.session = session;
    }

    void helo(String argument) {
        parsed(
                HookPoint.HELO_PARSE,
                argument,
                HeloParseHook.class,
                HeloParseHook::onHeloParse,
                host ->
                        session.ask(
                                HookPoint.HELO,
                                HeloHook.class,
                                hook -> hook.onHelo(session.smtp(), host),
                                result -> answerHelo(result, host)),
                "helo");
    }

    void ehlo(String argument) {
        parsed(
                HookPoint.EHLO_PARSE,
                argument,
                EhloParseHook.class,
                EhloParseHook::onEhloParse,
                host -> {
                    List<String> capabilities = capabilities();
                    session.ask(
                            HookPoint.EHLO,
                            EhloHook.class,
                            hook -> hook.onEhlo(session.smtp(), host, capabilities),
                            result -> answerEhlo(result, host, capabilities));
                },
                "ehlo");
    }

    private <H> void parsed(
            HookPoint point,
            String argument,
            Class<H> type,
            BiFunction<H, Connection, Optional<CommandParser>> parser,
            Consumer<String> then,
            String verb) {
        Parsers.choose(
                session,
                point,
                argument,
                type,
                parser,
                rest -> ParsedCommand.of(firstWord(rest), Parameters.NONE),
                command -> {
                    String host = session.smtp().greetingName(command.argument());
                    if (command.outcome().action() != Action.OK
                            || host.isEmpty()
                            || hasControl(host)) {
                        session.reply(
                                Reply.plain(
                                        501,
                                        verb + " requires domain/address - see RFC-2821 4.1.1.1"));
                        return;
                    }
                    then.accept(host);
                });
    }

    private void answerHelo(HookResult result, String host) {
        if (accepts(result)) {
            session.reset(
                    () -> {
                        greet(Hello.HELO, host);
                        session.reply(Reply.plain(250, hi() + "; I am so happy to meet you."));
                    });
        }
    }

    private void answerEhlo(HookResult result, String host, List<String> capabilities) {
        if (accepts(result)) {
            session.reset(
                    () -> {
                        greet(Hello.EHLO, host);
                        List<String> lines = new ArrayList<>(capabilities.size() + 1);
                        lines.add(hi());
                        lines.addAll(capabilities);
                        session.reply(new Reply(250, "", lines));
                    });
        }
    }

    private void greet(Hello hello, String host) {
        session.smtp().setHello(hello, host);
        session.transaction();
    }

    /** Sends a refusal, or what a plugin says itself; these replies have no enhanced code. */
    private boolean accepts(HookResult result) {
        Action action = result.action();
        if (action.refuses()) {
            int usual = action.isTemporary() ? 450 : 550;
            int code = result.code() == 0 ? usual : result.code();
            session.reply(Reply.plain(code, result.text().isEmpty() ? "refused" : result.text()));
            if (action.disconnects()) {
                session.disconnect();
            }
            return false;
        }
        if (action == Action.DONE) {
            session.reply(Reply.plain(result.code(), result.text()));
        }
        return action != Action.DONE;
    }

    private String hi() {
        SmtpConnection client = session.smtp();
        return session.settings().me()
                + " Hi "
                + client.remoteInfo()
                + " ["
                + client.remoteIp()
                + "]";
    }

    private List<String> capabilities() {
        Settings settings = session.settings();
        List<String> lines = new ArrayList<>(10);
        lines.add("PIPELINING");
        lines.add("8BITMIME");
        lines.add(settings.maxOctets() == 0 ? "SIZE" : "SIZE " + settings.maxOctets());
        lines.add("SMTPUTF8");
        lines.add("ENHANCEDSTATUSCODES");
        lines.add("CHUNKING");
        if (session.generation().takesBinary()) {
            lines.add("BINARYMIME");
        }
        lines.add("LIMITS RCPTMAX=" + session.mostRecipients());
        if (session.tls().isOffered()) {
            lines.add("STARTTLS");
        }
        if (session.takesXclient()) {
            lines.add(Xclient.OFFER);
        }
        return lines;
    }

    private static String firstWord(String rest) {
        int i = 0;
        while (i < rest.length() && rest.charAt(i) != ' ' && rest.charAt(i) != '\t') {
            i++;
        }
        return rest.substring(0, i);
    }

    private static boolean hasControl(String text) {
        return text.length() > 255 || Characters.any(text, c -> c < 32 || (c >= 127 && c <= 159));
    }

    void noop() {
        session.ask(
                HookPoint.NOOP,
                NoopHook.class,
                hook -> hook.onNoop(session.smtp()),
                result -> {
                    Action action = result.action();
                    if (action == Action.DENY || action == Action.DENY_DISCONNECT) {
                        session.refuse(result, 500, "5.0", "Stop wasting my time.");
                        if (action.disconnects()) {
                            session.disconnect();
                        }
                    } else if (action == Action.DONE) {
                        session.done(result);
                    } else {
                        session.reply(Replies.OK);
                    }
                });
    }

    void vrfy(String argument) {
        session.ask(
                HookPoint.VRFY,
                VrfyHook.class,
                hook -> hook.onVrfy(session.smtp(), argument),
                this::answerVrfy);
    }

    private void answerVrfy(HookResult result) {
        switch (result.action()) {
            case OK ->
                    session.reply(
                            Reply.coded(
                                    250,
                                    "1.5",
                                    result.text().isEmpty() ? "User OK" : result.text()));
            case DENY -> {
                session.refuse(result, 554, "7.1", "Access Denied");
                session.reset(() -> {});
            }
            case DONE -> session.done(result);
            case DECLINED, DENYSOFT, DENY_DISCONNECT, DENYSOFT_DISCONNECT ->
                    session.reply(
                            Reply.of(
                                    252,
                                    "2.5.2",
                                    "Just try sending a mail and we'll see how it turns out ..."));
        }
    }

    void help(String argument) {
        session.ask(
                HookPoint.HELP,
                HelpHook.class,
                hook -> hook.onHelp(session.smtp(), argument),
                this::answerHelp);
    }

    private void answerHelp(HookResult result) {
        switch (result.action()) {
            case DENY, DENYSOFT, DENY_DISCONNECT, DENYSOFT_DISCONNECT ->
                    session.refuse(result, 500, "5.2", "Syntax error, command not recognized");
            case DONE -> session.done(result);
            case OK, DECLINED -> {
                String version =
                        session.settings().ownGreeting() ? "" : " " + session.engine().version();
                String usual =
                        "This is qpsmtpd"
                                + version
                                + "\nSee http://smtpd.develooper.com/\nCommands: EHLO HELO MAIL RCPT"
                                + " DATA BDAT RSET NOOP VRFY HELP QUIT";
                int code = result.code() == 0 ? 214 : result.code();
                session.reply(
                        Reply.coded(code, "0.0", result.text().isEmpty() ? usual : result.text()));
            }
        }
    }

    void quit() {
        session.ask(
                HookPoint.QUIT,
                QuitHook.class,
                hook -> hook.onQuit(session.smtp()),
                result -> {
                    String usual =
                            session.settings().me() + " closing connection. Have a wonderful day.";
                    if (result.action() == Action.DONE) {
                        session.done(result);
                    } else {
                        session.reply(
                                Reply.coded(
                                        221,
                                        "0.0",
                                        result.text().isEmpty() ? usual : result.text()));
                    }
                    session.disconnect();
                });
    }

    void unrecognized(String verb, String rest) {
        unrecognized++;
        if (isHttp(verb) || unrecognized > MAX_UNRECOGNIZED) {
            session.reply(Reply.of(421, "4.7.0", "This is a mail server, closing connection"));
            session.disconnect();
            return;
        }
        session.ask(
                HookPoint.UNRECOGNIZED_COMMAND,
                UnrecognizedCommandHook.class,
                hook -> hook.onUnrecognizedCommand(session.smtp(), verb, rest),
                this::answerUnrecognized);
    }

    private void answerUnrecognized(HookResult result) {
        switch (result.action()) {
            case DENY -> session.refuse(result, 500, "5.1", "Unrecognized command");
            case DENY_DISCONNECT -> {
                session.refuse(result, 521, "5.1", "Unrecognized command");
                session.disconnect();
            }
            case DENYSOFT_DISCONNECT -> {
                session.refuse(result, 421, "5.1", "Unrecognized command");
                session.disconnect();
            }
            case DONE -> session.done(result);
            case OK, DECLINED, DENYSOFT -> session.reply(Replies.UNRECOGNIZED);
        }
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
