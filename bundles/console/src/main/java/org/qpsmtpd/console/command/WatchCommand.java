package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.console.text.Json;
import org.qpsmtpd.console.text.Printable;
import org.qpsmtpd.console.text.Times;

/**
 * {@code watch}. Looks at the records that the server keeps, so that nothing on the way of mail
 * waits for whoever watches.
 */
final class WatchCommand implements Command {
    private static final long LOOK_MILLIS = 250;

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "watch",
                "",
                0,
                0,
                "Shows each message in a line as soon as its session has ended, with what each"
                        + " plugin came to, until it is interrupted."
                        + SummarizeCommand.MARKS);
    }

    @Override
    public void run(Call call) throws InterruptedException {
        ServerControl server = call.server();
        Set<String> seen = ids(server.records());
        while (!call.isUnread()) {
            Thread.sleep(LOOK_MILLIS);
            List<SessionRecord> records = List.copyOf(server.records());
            show(call, records, seen);
            seen = ids(records);
        }
    }

    private static Set<String> ids(List<SessionRecord> records) {
        return records.stream().map(SessionRecord::id).collect(Collectors.toSet());
    }

    private static void show(Call call, List<SessionRecord> records, Set<String> seen) {
        List<SessionRecord> fresh = new ArrayList<>();
        for (SessionRecord record : records) {
            if (!seen.contains(record.id())) {
                fresh.add(0, record);
            }
        }
        if (!seen.isEmpty() && !fresh.isEmpty() && fresh.size() == records.size()) {
            call.print(
                    call.json()
                            ? Json.of(Map.of("incomplete", true)) + "\n"
                            : "(sessions may be left out, more ended than the server keeps)\n");
        }
        for (SessionRecord record : fresh) {
            for (Summary line : Summary.of(record)) {
                call.answer(line, text(call, record, line));
            }
        }
    }

    private static String text(Call call, SessionRecord record, Summary line) {
        String mail = line.sender().isEmpty() ? "" : " " + line.sender() + " " + line.recipients();
        return Printable.of(
                        Times.timeOfDay(record.began(), call.clock().getZone())
                                + " "
                                + line.id()
                                + " "
                                + line.client()
                                + mail.stripTrailing()
                                + " | "
                                + Words.orDash(line.marks())
                                + " | "
                                + Words.orDash(line.outcome()))
                + "\n";
    }
}
