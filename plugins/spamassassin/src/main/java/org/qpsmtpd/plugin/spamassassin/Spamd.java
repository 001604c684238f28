package org.qpsmtpd.plugin.spamassassin;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.api.session.Transaction;

/** Asks spamd: {@code HEADERS SPAMC/1.4}. */
final class Spamd {
    private static final int LONGEST_ANSWER = 256 * 1024;
    private static final Pattern USER = Pattern.compile("[!-~]{1,320}");

    private final Peer peer;

    Spamd(Peer peer) {
        this.peer = peer;
    }

    /** Whether spamd takes a text as the name of a user. */
    static boolean isUser(String text) {
        return USER.matcher(text).matches();
    }

    /** The message with its sender before it. */
    static Outgoing content(Transaction transaction) {
        String sender = "X-Envelope-From: " + transaction.sender().format() + "\r\n";
        return Outgoing.all(List.of(text(sender), Outgoing.message(transaction)));
    }

    /**
     * Asks.
     *
     * @param user whose preferences count
     */
    CompletionStage<SpamdAnswer> ask(String user, Outgoing content) {
        String request =
                "HEADERS SPAMC/1.4\r\nContent-length: "
                        + content.size()
                        + "\r\nUser: "
                        + user
                        + "\r\n\r\n";
        Exchange<String> exchange =
                Exchange.of(
                        Outgoing.all(List.of(text(request), content)),
                        () -> TextAnswer.toTheEnd(LONGEST_ANSWER, StandardCharsets.ISO_8859_1));
        return peer.ask(exchange.endingOutput()).thenApply(SpamdAnswer::parse);
    }

    private static Outgoing text(String text) {
        return Outgoing.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
