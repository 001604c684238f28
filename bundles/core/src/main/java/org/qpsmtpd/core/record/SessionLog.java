package org.qpsmtpd.core.record;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * The record of one session. Written by one thread at a time, the one that the session is at; read
 * on the connection's own thread, or after the end.
 */
public final class SessionLog {
    private static final String REPLY = "reply";
    private static final int FIRST = 16;
    private static final int MOST = 1000;
    private static final int MOST_MESSAGES = 20;
    private static final int MOST_TEXT = 300;
    private static final int DECISION_OCTETS = 96;

    private final String id;
    private final String remoteIp;
    private final int generation;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final List<MessageRecord> messages = new ArrayList<>(1);
    private Decision[] decisions = new Decision[FIRST];
    private volatile int size;
    private int dropped;
    private int weight;

    /** Begins the record of a connection. */
    public SessionLog(String id, String remoteIp, int generation) {
        this.id = id;
        this.remoteIp = remoteIp;
        this.generation = generation;
    }

    /** The connection's id. */
    public String id() {
        return id;
    }

    /** When the client connected. */
    public Instant began() {
        return began;
    }

    /** About how many octets of memory the record takes. */
    int weight() {
        return weight + 4 * DECISION_OCTETS;
    }

    /**
     * Adds what a plugin answered; the parameters are those of {@link Decision}.
     *
     * @param beganAt when the call began, on the clock of {@link System#nanoTime}
     */
    public void add(
            String messageId,
            String hook,
            String plugin,
            String version,
            String answer,
            String text,
            String reason,
            long beganAt,
            long nanos) {
        int at = size;
        if (at == MOST) {
            dropped++;
            return;
        }
        String shortText = cut(text);
        String shortReason = cut(reason);
        Decision decision =
                new Decision(
                        messageId,
                        hook,
                        plugin,
                        version,
                        answer,
                        shortText,
                        shortReason,
                        TimeUnit.NANOSECONDS.toMicros(beganAt - beganNanos),
                        TimeUnit.NANOSECONDS.toMicros(nanos));
        if (at == decisions.length) {
            decisions = Arrays.copyOf(decisions, at * 2);
        }
        decisions[at] = decision;
        weight += DECISION_OCTETS + shortText.length() + shortReason.length();
        size = at + 1;
    }

    private static String cut(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
    }

    // ---- messages, on the connection's own thread

    /** Adds a message whose transaction is over; its outcome so far is the last refusal. */
    public void addMessage(MessageRecord message) {
        if (messages.size() == MOST_MESSAGES) {
            messages.remove(0);
        }
        messages.add(withOutcome(message, lastReply(message.id())));
        weight += 2 * DECISION_OCTETS;
    }

    private String lastReply(String messageId) {
        for (int i = size - 1; i >= 0; i--) {
            Decision decision = decisions[i];
            if (decision.answer().equals(REPLY) && decision.messageId().equals(messageId)) {
                return decision.text();
            }
        }
        return "";
    }

    private static MessageRecord withOutcome(MessageRecord message, String outcome) {
        return new MessageRecord(
                message.id(),
                message.sender(),
                message.recipients(),
                message.recipientCount(),
                message.octets(),
                cut(outcome));
    }

    /**
     * Notes a reply.
     *
     * @param line its first line, with the code
     * @param outcome whether it tells what became of the message added last
     */
    public void replied(String messageId, String line, boolean outcome) {
        add(messageId, "", "", "", REPLY, line, "", System.nanoTime(), 0);
        if (outcome && !messages.isEmpty()) {
            int last = messages.size() - 1;
            messages.set(last, withOutcome(messages.get(last), line));
        }
    }

    /**
     * The record as it is now.
     *
     * @param open the message that is on its way; null for none
     */
    public SessionRecord snapshot(String remoteHost, boolean over, @Nullable MessageRecord open) {
        int count = size;
        List<MessageRecord> all = new ArrayList<>(messages);
        if (open != null) {
            all.add(withOutcome(open, lastReply(open.id())));
        }
        return new SessionRecord(
                id,
                remoteIp,
                remoteHost,
                generation,
                began,
                over,
                Arrays.asList(decisions).subList(0, count),
                dropped,
                all);
    }
}
