package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.console.text.Printable;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Times;

/**
 * A session told in its order: what belongs to no message, then a message, and so on.
 *
 * @param session the session
 * @param id its id, or the id of the one message that is of interest
 * @param zone the time zone of the reader
 */
record Story(SessionRecord session, String id, ZoneId zone) {
    private static final String INDENT = "  ";

    String text() {
        Map<String, MessageRecord> untold = new LinkedHashMap<>();
        session.messages().forEach(message -> untold.put(message.id(), message));
        if (untold.containsKey(id)) {
            untold.keySet().retainAll(List.of(id));
        }
        StringBuilder text = new StringBuilder(header());
        for (List<Decision> chapter : chapters()) {
            MessageRecord message = untold.remove(chapter.get(0).messageId());
            text.append(chapter(chapter, message, stepBefore(chapter.get(0))));
        }
        untold.values().forEach(message -> text.append(message(message)));
        if (session.dropped() > 0) {
            text.append("\n" + Words.count(session.dropped(), "further call") + " not kept\n");
        }
        return text.toString();
    }

    /** How it went, in a line: the last outcome of a message, else the last refusal. */
    static String outcome(SessionRecord session) {
        String outcome = "";
        for (Decision decision : session.decisions()) {
            boolean refusal = isReply(decision) && decision.text().matches("(?s)[45].*");
            outcome = refusal ? decision.text() : outcome;
        }
        for (MessageRecord message : session.messages()) {
            outcome = message.outcome().isEmpty() ? outcome : message.outcome();
        }
        return outcome;
    }

    private String header() {
        Table table = Table.ofPairs();
        table.row("client", session.remoteIp() + " (" + session.remoteHost() + ")");
        table.row("began", Times.moment(session.began(), zone));
        table.row("state", session.over() ? "over" : "open");
        table.row("generation", session.generation());
        if (!session.lists().stream().allMatch(Words::isUsual)) {
            table.row("plugin list", String.join(", then ", session.lists()));
        }
        return "session " + Printable.of(session.id()) + "\n" + table.text(INDENT);
    }

    /** The calls that are of interest, cut where the message changes. */
    private List<List<Decision>> chapters() {
        boolean oneMessage = session.messages().stream().anyMatch(each -> each.id().equals(id));
        List<List<Decision>> chapters = new ArrayList<>();
        String about = "";
        for (Decision decision : session.decisions()) {
            if (oneMessage && !decision.messageId().equals(id)) {
                continue;
            }
            if (chapters.isEmpty() || !decision.messageId().equals(about)) {
                chapters.add(new ArrayList<>());
                about = decision.messageId();
            }
            chapters.get(chapters.size() - 1).add(decision);
        }
        return chapters;
    }

    /** When the step before one was, of whatever message; 0 for the first of the session. */
    private long stepBefore(Decision decision) {
        int place = session.decisions().indexOf(decision);
        return place <= 0 ? 0 : session.decisions().get(place - 1).at();
    }

    private static String chapter(
            List<Decision> decisions, @Nullable MessageRecord message, long begin) {
        String about = decisions.get(0).messageId();
        String title =
                about.isEmpty() ? "\nconnection\n" : "\nmessage " + Printable.of(about) + "\n";
        return (message == null ? title : message(message)) + calls(decisions, begin);
    }

    private static String message(MessageRecord message) {
        Table table = Table.ofPairs();
        table.row("from", "<" + message.sender() + ">");
        table.row("to", recipients(message));
        table.row("size", message.octets() < 0 ? "-" : Words.count(message.octets(), "octet"));
        table.row("outcome", Words.orDash(message.outcome()));
        return "\nmessage " + Printable.of(message.id()) + "\n" + table.text(INDENT);
    }

    private static String recipients(MessageRecord message) {
        int more = message.recipientCount() - message.recipients().size();
        String all =
                message.recipients().stream()
                        .map(recipient -> "<" + recipient + ">")
                        .collect(Collectors.joining(", "));
        return all.isEmpty() ? "nobody" : all + (more > 0 ? " and " + more + " more" : "");
    }

    private static String calls(List<Decision> decisions, long begin) {
        Table table =
                new Table(
                        right("AT"),
                        right("STEP"),
                        left("HOOK"),
                        left("PLUGIN"),
                        left("VERSION"),
                        left("ANSWER"),
                        right("TIME"),
                        left("WHY"));
        long before = begin;
        for (Decision decision : decisions) {
            long step = Math.max(0, decision.at() - before);
            before = decision.at();
            table.row(
                    Times.micros(decision.at()),
                    "+" + Times.micros(step),
                    decision.hook(),
                    isReply(decision) ? "(server)" : decision.plugin(),
                    decision.version(),
                    decision.answer(),
                    isReply(decision) ? "" : Times.micros(decision.micros()),
                    why(decision));
        }
        return table.text(INDENT);
    }

    private static boolean isReply(Decision decision) {
        return decision.plugin().isEmpty();
    }

    /** The reason, and behind it what the client is told if that is something else. */
    private static String why(Decision decision) {
        boolean same = decision.text().isEmpty() || decision.text().equals(decision.reason());
        if (decision.reason().isEmpty()) {
            return decision.text();
        }
        return same ? decision.reason() : decision.reason() + "; \"" + decision.text() + "\"";
    }
}
