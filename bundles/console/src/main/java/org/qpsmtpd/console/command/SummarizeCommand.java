package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Times;

/** {@code summarize}: the sessions that ended, a line for each message. */
final class SummarizeCommand implements Command {
    /** The marks before the names of plugins, for the help. */
    static final String MARKS =
            " Before the name of each plugin stands + passed, - no opinion, . a fault that is"
                    + " tolerated, ~ deferred, ! refused, ? failed.";

    private static final Pattern PERIOD = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "summarize",
                "[PERIOD]",
                0,
                1,
                "Shows each message of the sessions that ended in a line, with what each plugin"
                        + " came to; only those that began in a period such as 90s, 10m, 2h or 1d."
                        + MARKS);
    }

    @Override
    public void run(Call call) {
        Instant since = call.operand().map(text -> since(call, text)).orElse(Instant.MIN);
        List<SessionRecord> sessions = new ArrayList<>();
        for (SessionRecord session : call.server().records()) {
            if (!session.began().isBefore(since)) {
                sessions.add(0, session);
            }
        }
        List<Summary> lines =
                sessions.stream().flatMap(session -> Summary.of(session).stream()).toList();
        call.answer(lines, lines.isEmpty() ? "No session has ended then.\n" : text(call, sessions));
    }

    private static Instant since(Call call, String text) {
        Matcher period = PERIOD.matcher(text);
        if (!period.matches()) {
            throw CommandFailure.usage(
                    "'" + text + "' is no period: write a number and s, m, h or d, such as 10m");
        }
        long number = Long.parseLong(period.group(1));
        Duration length =
                switch (period.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                };
        return call.clock().instant().minus(length);
    }

    private static String text(Call call, List<SessionRecord> sessions) {
        Table table =
                new Table(
                        left("BEGAN"),
                        left("ID"),
                        left("CLIENT"),
                        left("FROM"),
                        left("TO"),
                        left("PLUGINS"),
                        left("OUTCOME"));
        for (SessionRecord session : sessions) {
            String began = Times.moment(session.began(), call.clock().getZone());
            for (Summary line : Summary.of(session)) {
                table.row(
                        began,
                        line.id(),
                        line.client(),
                        Words.orDash(line.sender()),
                        Words.orDash(line.recipients()),
                        Words.orDash(line.marks()),
                        Words.orDash(line.outcome()));
            }
        }
        return table.text();
    }
}
