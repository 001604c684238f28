package org.qpsmtpd.core.session;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.session.Hello;

/**
 * The verb AUTH (RFC 4954). Offered on an encrypted connection, unless {@code tls_before_auth} says
 * otherwise, while there are plugins that can answer. What a client sends with it is in no log.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Auth.pm}.
 */
final class AuthVerb {
    private static final int MOST_ATTEMPTS = 20;

    /** How long a client may take for a response, in seconds. */
    private static final int RESPONSE_SECONDS = 60;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,20}");

    private final Turn turn;
    private final Talk talk;
    private final AuthOffer offers;
    private final AuthReplies replies;
    private Map<String, SaslMechanism> offered = Map.of();
    private @Nullable AuthExchange exchange;
    private boolean refusedLast;
    private int attempts;

    AuthVerb(Transactions transactions, PluginChoice choice) {
        turn = transactions.turn();
        talk = turn.talk();
        offers = new AuthOffer(turn);
        replies = new AuthReplies(turn, choice);
    }

    /** The line of EHLO; none when nothing is offered. */
    List<String> offer() {
        offered = Map.of();
        boolean mayBe = offers.isPossible() && turn.smtp().authUser().isEmpty();
        if (mayBe && !offers.needsTls()) {
            offered = offers.mechanisms();
        }
        return offered.isEmpty()
                ? List.of()
                : List.of("AUTH " + String.join(" ", offered.keySet()));
    }

    /** Whether it is a command of this session. */
    boolean isKnown() {
        return offers.isPossible();
    }

    /** Whether an exchange goes on, so that what comes next is a response. */
    boolean isOpen() {
        return exchange != null;
    }

    int patienceSeconds() {
        return Math.min(RESPONSE_SECONDS, turn.settings().commandSeconds());
    }

    /**
     * A command line as the log may show it. A client whose AUTH was refused may send its
     * credentials all the same.
     */
    String shown(String line) {
        String[] words = line.strip().split("[ \t]+", 3);
        boolean auth = words[0].toLowerCase(Locale.ROOT).startsWith("auth");
        if (!auth) {
            boolean hidden = refusedLast && words.length == 1 && words[0].length() > 4;
            refusedLast = hidden;
            return hidden ? "***" : line;
        }
        refusedLast = true;
        boolean named = words.length > 1 && isName(words[1]);
        boolean more = words.length > (named ? 2 : 1);
        String verb = words[0].length() == 4 ? words[0] : "AUTH***";
        return verb + (named ? " " + words[1] : "") + (more ? " ***" : "");
    }

    private boolean isName(String word) {
        String upper = word.toUpperCase(Locale.ROOT);
        return offered.containsKey(upper)
                || turn.engine().mechanisms().stream().anyMatch(m -> m.name().equals(upper));
    }

    void auth(String argument) {
        Reply fault = fault();
        if (fault != null) {
            talk.reply(fault);
            return;
        }
        String[] words = argument.split("[ \t]+", -1);
        if (words[0].isEmpty() || words.length > 2) {
            talk.reply(Replies.AUTH_NEEDS_MECHANISM);
            return;
        }
        SaslMechanism mechanism = offered.get(words[0].toUpperCase(Locale.ROOT));
        if (mechanism == null) {
            talk.reply(unknown(words[0]));
            return;
        }
        attempts++;
        if (attempts > MOST_ATTEMPTS) {
            talk.reply(Replies.AUTH_TOO_MANY);
            talk.disconnect();
            return;
        }
        begin(mechanism, words.length == 2 ? words[1] : "");
    }

    private @Nullable Reply fault() {
        SmtpConnection client = turn.smtp();
        SmtpTransaction current = client.transaction();
        if (!client.hello().isExtended()) {
            return client.hello() == Hello.HELO ? Replies.AUTH_NEEDS_EHLO : Replies.SAY_EHLO;
        }
        if (!client.authUser().isEmpty()) {
            return Replies.AUTH_ALREADY;
        }
        if (current != null && current.hasSender()) {
            return Replies.IN_TRANSACTION;
        }
        return offers.needsTls() ? Replies.AUTH_NEEDS_TLS : null;
    }

    private static Reply unknown(String name) {
        String shown = NAME.matcher(name).matches() ? ": " + name.toLowerCase(Locale.ROOT) : "";
        return Reply.of(504, "5.5.4", "Unimplemented authentication mechanism" + shown);
    }

    private void begin(SaslMechanism mechanism, String initial) {
        AuthExchange begun =
                new AuthExchange(turn, mechanism, offered::containsKey, replies, this::ended);
        exchange = begun;
        begun.begin(initial);
    }

    /** A line while an exchange goes on. */
    void response(String line) {
        AuthExchange current = exchange;
        if (current != null) {
            current.response(line);
        }
    }

    /** A line that was longer than may be; it was thrown away. */
    void tooLong() {
        AuthExchange current = exchange;
        if (current != null) {
            current.refuse(Replies.AUTH_TOO_LONG);
        }
    }

    private void ended() {
        exchange = null;
        refusedLast = turn.smtp().authUser().isEmpty();
    }

    /** The client has gone. */
    void close() {
        AuthExchange current = exchange;
        if (current != null) {
            current.abandon();
        }
    }
}
