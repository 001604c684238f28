package org.qpsmtpd.core.record;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * The record of one session, within 16 KiB. When more happens, what was decided first about earlier
 * messages goes first, so that the beginning and the present are there. Written by one thread at a
 * time, the one that the session is at; read on the connection's own thread, or after the end.
 */
public final class SessionLog {
    private static final String REPLY = "reply";
    private static final int FIRST = 16;

    /** So many stay while others can go. */
    private static final int BEGINNING = 8;

    private static final int MOST_OCTETS = 16 * 1024;

    /** What is left after something had to go: a quarter at once, so that it is seldom done. */
    private static final int KEPT_OCTETS = MOST_OCTETS * 3 / 4;

    private static final int MOST_MESSAGES = 20;
    private static final int MOST_MESSAGE_OCTETS = MOST_OCTETS / 4;
    private static final int MOST_LISTS = 8;
    private static final int MOST_TEXT = 300;
    private static final int MOST_ADDRESS = 100;
    private static final int DECISION_OCTETS = 96;

    private final String id;
    private final String remoteIp;
    private final int generation;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final List<MessageRecord> messages = new ArrayList<>(1);
    private List<String> lists = List.of();
    private volatile Entries entries = new Entries(new Decision[FIRST], 0);
    private int dropped;
    private int decisionOctets;
    private int messageOctets;

    /** Decisions in order; only ever appended to, and replaced when some have to go. */
    private static final class Entries {
        private Decision[] decisions;
        private volatile int size;

        Entries(Decision[] decisions, int size) {
            this.decisions = decisions;
            this.size = size;
        }

        void append(Decision decision) {
            int at = size;
            if (at == decisions.length) {
                decisions = Arrays.copyOf(decisions, at * 2);
            }
            decisions[at] = decision;
            size = at + 1;
        }

        List<Decision> list() {
            int count = size; // before the array, which may be replaced by a larger one
            return Arrays.asList(decisions).subList(0, count);
        }
    }

    /** Begins the record of a connection. */
    public SessionLog(String id, String remoteIp, int generation) {
        this.id = id;
        this.remoteIp = remoteIp;
        this.generation = generation;
    }

    /** The client has the plugins of a list from now on. */
    public void uses(String list) {
        int size = lists.size();
        if (size > 0 && lists.get(size - 1).equals(list)) {
            return;
        }
        if (size == 0) {
            lists = List.of(list);
            return;
        }
        List<String> all = new ArrayList<>(lists.subList(size < MOST_LISTS ? 0 : 1, size));
        all.add(list);
        lists = List.copyOf(all);
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
        return growth() + 4 * DECISION_OCTETS;
    }

    /** About how many of them came since the session began. */
    public int growth() {
        return decisionOctets + messageOctets;
    }

    /**
     * Adds what a plugin answered; the parameters are those of {@link Decision}.
     *
     * @param beganAt when the call began, on the clock of {@link System#nanoTime}
     * @return what was added
     */
    public Decision add(
            String messageId,
            String hook,
            String plugin,
            String version,
            String answer,
            String text,
            String reason,
            long beganAt,
            long nanos) {
        Decision decision =
                new Decision(
                        messageId,
                        hook,
                        plugin,
                        version,
                        answer,
                        cut(text, MOST_TEXT),
                        cut(reason, MOST_TEXT),
                        TimeUnit.NANOSECONDS.toMicros(beganAt - beganNanos),
                        TimeUnit.NANOSECONDS.toMicros(nanos));
        int weight = weight(decision);
        if (decisionOctets + weight > MOST_OCTETS - MOST_MESSAGE_OCTETS) {
            makeRoom(messageId);
        }
        entries.append(decision);
        decisionOctets += weight;
        return decision;
    }

    private static int weight(Decision decision) {
        return DECISION_OCTETS + octets(decision.text()) + octets(decision.reason());
    }

    /** A text of one octet a character, or two where any of them needs it. */
    private static int octets(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 255) {
                return 2 * text.length();
            }
        }
        return text.length();
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }

    /** Drops a quarter: of earlier messages first, else of this one; the beginning stays. */
    private void makeRoom(String currentId) {
        List<Decision> all = entries.list();
        boolean[] goes = new boolean[all.size()];
        int wanted = MOST_OCTETS - KEPT_OCTETS;
        wanted -= drop(all, goes, 0, wanted, id -> !id.isEmpty() && !id.equals(currentId));
        wanted -= drop(all, goes, BEGINNING, wanted, id -> id.equals(currentId));
        drop(all, goes, 0, wanted, id -> true);
        Decision[] kept = new Decision[Math.max(FIRST, all.size())];
        int size = 0;
        for (int i = 0; i < goes.length; i++) {
            if (!goes[i]) {
                kept[size++] = all.get(i);
            }
        }
        dropped += goes.length - size;
        entries = new Entries(kept, size);
    }

    /** Marks the first of some decisions until so many octets go, and returns how many do. */
    private int drop(
            List<Decision> all, boolean[] goes, int from, int octets, Predicate<String> ofMessage) {
        int gone = 0;
        for (int i = from; i < goes.length && gone < octets; i++) {
            Decision decision = all.get(i);
            if (!goes[i] && ofMessage.test(decision.messageId())) {
                goes[i] = true;
                gone += weight(decision);
            }
        }
        decisionOctets -= gone;
        return gone;
    }

    /**
     * Adds a message whose transaction is over; its outcome so far is the last refusal.
     *
     * @return what was added
     */
    public MessageRecord addMessage(MessageRecord message) {
        MessageRecord added = shortened(message, lastReply(message.id()));
        messages.add(added);
        messageOctets += weight(added);
        while (messages.size() > MOST_MESSAGES || messageOctets > MOST_MESSAGE_OCTETS) {
            messageOctets -= weight(messages.remove(0));
        }
        return added;
    }

    private static int weight(MessageRecord message) {
        int weight = 2 * DECISION_OCTETS + octets(message.sender()) + MOST_TEXT;
        for (String recipient : message.recipients()) {
            weight += DECISION_OCTETS / 2 + octets(recipient);
        }
        return weight;
    }

    private String lastReply(String messageId) {
        List<Decision> all = entries.list();
        for (int i = all.size() - 1; i >= 0; i--) {
            Decision decision = all.get(i);
            if (decision.answer().equals(REPLY) && decision.messageId().equals(messageId)) {
                return decision.text();
            }
        }
        return "";
    }

    private static MessageRecord shortened(MessageRecord message, String outcome) {
        return new MessageRecord(
                message.id(),
                cut(message.sender(), MOST_ADDRESS),
                shortened(message.recipients()),
                message.recipientCount(),
                message.octets(),
                cut(outcome, MOST_TEXT));
    }

    private static List<String> shortened(List<String> addresses) {
        for (String address : addresses) {
            if (address.length() > MOST_ADDRESS) {
                return addresses.stream().map(text -> cut(text, MOST_ADDRESS)).toList();
            }
        }
        return addresses;
    }

    /**
     * Notes a reply.
     *
     * @param line its first line, with the code
     * @param outcome whether it tells what became of the message added last
     * @return what was added
     */
    public Decision replied(String messageId, String line, boolean outcome) {
        Decision reply = add(messageId, "", "", "", REPLY, line, "", System.nanoTime(), 0);
        if (outcome && !messages.isEmpty()) {
            int last = messages.size() - 1;
            messages.set(last, shortened(messages.get(last), line));
        }
        return reply;
    }

    /**
     * The record as it is now.
     *
     * @param open the message that is on its way; null for none
     */
    public SessionRecord snapshot(String remoteHost, boolean over, @Nullable MessageRecord open) {
        List<MessageRecord> all = new ArrayList<>(messages);
        if (open != null) {
            all.add(shortened(open, lastReply(open.id())));
        }
        return new SessionRecord(
                id,
                remoteIp,
                remoteHost,
                generation,
                lists,
                began,
                over,
                entries.list(),
                dropped,
                all);
    }
}
