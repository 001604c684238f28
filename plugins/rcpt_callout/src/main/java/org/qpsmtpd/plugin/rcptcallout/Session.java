package org.qpsmtpd.plugin.rcptcallout;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A connection on which recipients are asked for. Belongs to its event loop. */
final class Session {
    /** Next hops slow down, or end, connections with many refused recipients or RSETs. */
    private static final int MOST_QUESTIONS = 100;

    private static final int MOST_REFUSED = 8;

    private static final HopReply NO_UTF8 =
            new HopReply(553, List.of("5.6.7 The next hop takes no addresses in UTF-8"));

    private final Link link;
    private final boolean takesUtf8;
    private int questions;
    private int refused;

    /**
     * @param link where MAIL can be said
     * @param takesUtf8 whether SMTPUTF8 is offered
     */
    Session(Link link, boolean takesUtf8) {
        this.link = link;
        this.takesUtf8 = takesUtf8;
    }

    Link link() {
        return link;
    }

    /** Whether another question may be asked, as far as the ones before tell. */
    boolean isUseful() {
        return !link.ended().isDone() && questions < MOST_QUESTIONS && refused < MOST_REFUSED;
    }

    /** Names the sender; no recipient is asked for when the reply is not positive. */
    CompletableFuture<HopReply> mail(Settings settings, String recipient) {
        questions++;
        String utf8 = isAscii(recipient) || !takesUtf8 ? "" : " SMTPUTF8";
        return link.command("MAIL FROM:" + settings.sender() + utf8);
    }

    /**
     * Asks for a recipient after the sender was taken.
     *
     * @param recipient as a path, with its angle brackets
     */
    CompletableFuture<Said> rcpt(String recipient) {
        if (!isAscii(recipient) && !takesUtf8) {
            return CompletableFuture.completedFuture(Said.ofRecipient(NO_UTF8));
        }
        return link.command("RCPT TO:" + recipient)
                .thenApply(
                        reply -> {
                            refused += reply.isPositive() ? 0 : 1;
                            return Said.ofRecipient(reply);
                        });
    }

    /** Ends the question; true when another one may follow. */
    CompletableFuture<Boolean> reset() {
        return isUseful()
                ? link.command("RSET").thenApply(reply -> reply.isPositive() && isUseful())
                : CompletableFuture.completedFuture(false);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
