package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.EhloParseHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HeloParseHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.core.message.Characters;

/** The verbs HELO and EHLO, and LHLO, which takes their place in LMTP. */
final class HelloVerbs {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final Tls tls;
    private final XclientVerb xclient;
    private final AuthVerb auth;

    HelloVerbs(Transactions transactions, Tls tls, XclientVerb xclient, AuthVerb auth) {
        this.transactions = transactions;
        this.tls = tls;
        this.xclient = xclient;
        this.auth = auth;
        turn = transactions.turn();
        talk = turn.talk();
    }

    void helo(String argument) {
        if (turn.isLmtp()) {
            talk.reply(Replies.NO_LMTP);
            return;
        }
        parsed(
                HookPoint.HELO_PARSE,
                argument,
                HeloParseHook.class,
                HeloParseHook::onHeloParse,
                host ->
                        turn.ask(
                                HookPoint.HELO,
                                HeloHook.class,
                                hook -> hook.onHelo(turn.smtp(), host),
                                result -> answerHelo(result, host)),
                "helo");
    }

    void ehlo(String argument) {
        if (turn.isLmtp()) {
            talk.reply(Replies.NO_LMTP);
            return;
        }
        extended(argument, Hello.EHLO);
    }

    /** The greeting of LMTP: asks the plugins what they say to EHLO. */
    void lhlo(String argument) {
        extended(argument, Hello.LHLO);
    }

    private void extended(String argument, Hello hello) {
        parsed(
                HookPoint.EHLO_PARSE,
                argument,
                EhloParseHook.class,
                EhloParseHook::onEhloParse,
                host -> {
                    turn.offer(honoured());
                    List<String> capabilities = capabilities();
                    turn.ask(
                            HookPoint.EHLO,
                            EhloHook.class,
                            hook -> hook.onEhlo(turn.smtp(), host, capabilities),
                            result -> answerEhlo(result, hello, host, capabilities));
                },
                hello.name().toLowerCase(Locale.ROOT));
    }

    private <H> void parsed(
            HookPoint point,
            String argument,
            Class<H> type,
            BiFunction<H, Connection, Optional<CommandParser>> parser,
            Consumer<String> then,
            String verb) {
        Parsers.choose(
                turn,
                point,
                argument,
                type,
                parser,
                rest -> ParsedCommand.of(firstWord(rest), Parameters.NONE),
                command -> {
                    String host = turn.smtp().greetingName(command.argument());
                    if (command.outcome().action() != Action.OK
                            || host.isEmpty()
                            || hasControl(host)) {
                        talk.reply(
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
            transactions.reset(
                    () -> {
                        greet(Hello.HELO, host);
                        turn.offer(Set.of());
                        talk.reply(Reply.plain(250, hi() + "; I am so happy to meet you."));
                    });
        }
    }

    private void answerEhlo(
            HookResult result, Hello hello, String host, List<String> capabilities) {
        if (accepts(result)) {
            transactions.reset(
                    () -> {
                        greet(hello, host);
                        List<String> lines = new ArrayList<>(capabilities.size() + 1);
                        lines.add(hi());
                        lines.addAll(capabilities);
                        talk.reply(new Reply(250, "", lines));
                    });
        }
    }

    private void greet(Hello hello, String host) {
        turn.smtp().setHello(hello, host);
        transactions.current();
    }

    /** Sends a refusal, or what a plugin says itself; these replies have no enhanced code. */
    private boolean accepts(HookResult result) {
        Action action = result.action();
        if (action.refuses()) {
            int usual = action.isTemporary() ? 450 : 550;
            int code = result.code() == 0 ? usual : result.code();
            talk.reply(Reply.plain(code, result.text().isEmpty() ? "refused" : result.text()));
            if (action.disconnects()) {
                talk.disconnect();
            }
            return false;
        }
        if (action == Action.DONE) {
            talk.reply(Reply.plain(result.code(), result.text()));
        }
        return action != Action.DONE;
    }

    private String hi() {
        SmtpConnection client = turn.smtp();
        return turn.settings().me() + " Hi " + client.remoteInfo() + " [" + client.remoteIp() + "]";
    }

    /** What the queue plugins honour; TLS is required of others by those who have it themselves. */
    private Set<QueueExtension> honoured() {
        Set<QueueExtension> honoured = turn.plugins().honoured(turn);
        if (turn.smtp().tls().isEmpty()) {
            honoured.remove(QueueExtension.REQUIRETLS);
        }
        return honoured;
    }

    private List<String> capabilities() {
        Settings settings = turn.settings();
        List<String> lines = new ArrayList<>(10);
        lines.add("PIPELINING");
        lines.add("8BITMIME");
        lines.add(settings.maxOctets() == 0 ? "SIZE" : "SIZE " + settings.maxOctets());
        if (settings.takesUtf8()) {
            lines.add("SMTPUTF8");
        }
        lines.add("ENHANCEDSTATUSCODES");
        lines.add("CHUNKING");
        if (!turn.isLmtp()) {
            lines.add("PRDR");
        }
        if (turn.plugins().takesBinary()) {
            lines.add("BINARYMIME");
        }
        turn.offered().forEach(extension -> lines.add(extension.keyword()));
        lines.add("LIMITS RCPTMAX=" + turn.lookUps().mostRecipients());
        if (tls.isOffered()) {
            lines.add("STARTTLS");
        }
        lines.addAll(auth.offer());
        if (xclient.isOffered()) {
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
}
