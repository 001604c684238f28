package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.console.text.Printable;

/** {@code kill}. */
final class KillCommand implements Command {
    /** What it did, as JSON shows it. */
    public record Killed(List<String> ended, List<String> unknown) {}

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "kill",
                "ID...",
                1,
                Usage.ANY,
                "Ends connections with 421, whatever they are doing.");
    }

    @Override
    public void run(Call call) {
        ServerControl server = call.server();
        Killed killed = new Killed(new ArrayList<>(), new ArrayList<>());
        for (String id : call.operands()) {
            (server.kill(id) ? killed.ended() : killed.unknown()).add(id);
        }
        StringBuilder text = new StringBuilder();
        killed.ended().forEach(id -> text.append("Ended " + Printable.of(id) + ".\n"));
        call.answer(killed, text.toString());
        if (!killed.unknown().isEmpty()) {
            throw CommandFailure.failed(
                    "no open connection "
                            + String.join(", ", killed.unknown())
                            + ": see connections");
        }
    }

    @Override
    public List<String> candidates(Hints hints) {
        return openIds(hints);
    }

    static List<String> openIds(Hints hints) {
        return hints.server()
                .map(server -> server.connections().stream().map(ConnectionStatus::id).toList())
                .orElse(List.of());
    }
}
