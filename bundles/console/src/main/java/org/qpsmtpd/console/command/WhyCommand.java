package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Times;

/** {@code why}: the list of the last sessions, or one of them explained by {@link Story}. */
final class WhyCommand implements Command {
    private static final Option LIMIT =
            new Option("--limit", "N", "list at most so many sessions (20)");
    private static final int DEFAULT_LIMIT = 20;

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "why",
                "[ID]",
                0,
                1,
                "Explains a session or one of its messages: what each plugin answered, and why."
                        + " Without an id it lists the last sessions.",
                LIMIT);
    }

    @Override
    public void run(Call call) {
        if (call.operand().isPresent()) {
            String id = call.operand().get();
            SessionRecord session =
                    call.server()
                            .record(id)
                            .orElseThrow(
                                    () ->
                                            CommandFailure.failed(
                                                    "no record of '"
                                                            + id
                                                            + "': why without an id lists what"
                                                            + " is kept"));
            call.answer(session, new Story(session, id, call.clock().getZone()).text());
            return;
        }
        List<SessionRecord> sessions = call.server().records().stream().limit(limit(call)).toList();
        call.answer(
                sessions,
                sessions.isEmpty() ? "No session has ended yet.\n" : list(call, sessions));
    }

    private static int limit(Call call) {
        String text = call.value(LIMIT).orElse(Integer.toString(DEFAULT_LIMIT));
        if (!text.matches("[1-9][0-9]{0,5}")) {
            throw CommandFailure.usage("option --limit: '" + text + "' is no number from 1");
        }
        return Integer.parseInt(text);
    }

    private static String list(Call call, List<SessionRecord> sessions) {
        Table table =
                new Table(
                        left("SESSION"),
                        left("BEGAN"),
                        left("CLIENT"),
                        left("HOST"),
                        right("GENERATION"),
                        right("MESSAGES"),
                        left("OUTCOME"));
        for (SessionRecord session : sessions) {
            table.row(
                    session.id(),
                    Times.moment(session.began(), call.clock().getZone()),
                    session.remoteIp(),
                    session.remoteHost(),
                    session.generation(),
                    session.messages().size(),
                    Words.orDash(Story.outcome(session)));
        }
        return table.text();
    }

    @Override
    public List<String> candidates(Hints hints) {
        List<String> ids = new ArrayList<>(KillCommand.openIds(hints));
        hints.server()
                .map(server -> server.records().stream())
                .orElse(Stream.empty())
                .limit(DEFAULT_LIMIT)
                .map(SessionRecord::id)
                .forEach(ids::add);
        return ids;
    }
}
