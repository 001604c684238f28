package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * A message in a line, or a session without one: who, and what each plugin came to.
 *
 * @param id id of the message, or of the session
 * @param client address of the client
 * @param host name of the client
 * @param sender envelope sender in angle brackets; empty for no message
 * @param recipients those accepted in angle brackets
 * @param results what each plugin came to, in the order in which they were asked first
 * @param outcome the last reply that decided something; may be empty
 */
public record Summary(
        String id,
        String client,
        String host,
        String sender,
        String recipients,
        Map<String, Result> results,
        String outcome) {
    /** What a plugin came to; of several answers the last constant counts. */
    public enum Result {
        /** Had no opinion, or skipped its test. */
        NOTHING("-"),
        /** Found nothing wrong, or accepted. */
        PASSED("+"),
        /** Found a fault that its settings tolerate. */
        TOLERATED("."),
        /** Refused for now. */
        DEFERRED("~"),
        /** Refused. */
        REFUSED("!"),
        /** Failed, or did not answer. */
        FAILED("?");

        private final String mark;

        Result(String mark) {
            this.mark = mark;
        }

        static Result of(Decision decision) {
            return switch (decision.answer()) {
                case "DECLINED" -> ofReason(decision.reason());
                case "OK", "DONE" -> PASSED;
                case "DENY", "DENY_DISCONNECT", "quarantine" -> REFUSED;
                case "DENYSOFT", "DENYSOFT_DISCONNECT" -> DEFERRED;
                default -> FAILED;
            };
        }

        private static Result ofReason(String reason) {
            if (reason.startsWith("pass")) {
                return PASSED;
            }
            return reason.startsWith("fail") ? TOLERATED : NOTHING;
        }

        private Result or(Result other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** Keeps the order of the plugins. */
    public Summary {
        results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    }

    /** A session, a line for each of its messages. */
    static List<Summary> of(SessionRecord session) {
        if (session.messages().isEmpty()) {
            return List.of(of(session, Optional.empty()));
        }
        List<Summary> lines = new ArrayList<>();
        session.messages().forEach(message -> lines.add(of(session, Optional.of(message))));
        return lines;
    }

    private static Summary of(SessionRecord session, Optional<MessageRecord> message) {
        String id = message.map(MessageRecord::id).orElse("");
        Map<String, Result> results = new LinkedHashMap<>();
        String reply = "";
        for (Decision decision : session.decisions()) {
            boolean meant = decision.messageId().isEmpty() || decision.messageId().equals(id);
            if (meant && !decision.plugin().isEmpty()) {
                results.merge(decision.plugin(), Result.of(decision), Result::or);
            } else if (meant && decision.text().matches("(?s)[45].*")) {
                reply = decision.text();
            }
        }
        return new Summary(
                id.isEmpty() ? session.id() : id,
                session.remoteIp(),
                session.remoteHost(),
                message.map(it -> "<" + it.sender() + ">").orElse(""),
                message.map(Summary::recipients).orElse(""),
                results,
                message.map(MessageRecord::outcome).filter(text -> !text.isEmpty()).orElse(reply));
    }

    private static String recipients(MessageRecord message) {
        int more = message.recipientCount() - message.recipients().size();
        String shown =
                message.recipients().stream()
                        .map(recipient -> "<" + recipient + ">")
                        .collect(Collectors.joining(" "));
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    /** The results, each plugin's mark before its name. */
    String marks() {
        return results.entrySet().stream()
                .map(entry -> entry.getValue().mark + entry.getKey())
                .collect(Collectors.joining(" "));
    }
}
