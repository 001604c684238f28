package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.List;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.console.text.Table;

/** {@code connections}. */
final class ConnectionsCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.ofServer(
                "connections", "", 0, 0, "Shows the open connections, the oldest first.");
    }

    @Override
    public void run(Call call) {
        List<ConnectionStatus> connections = call.server().connections();
        call.answer(
                connections,
                connections.isEmpty() ? "No connection is open.\n" : text(call, connections));
    }

    private static String text(Call call, List<ConnectionStatus> connections) {
        Table table =
                new Table(
                        left("ID"),
                        left("CLIENT"),
                        left("HOST"),
                        right("AGE"),
                        left("STATE"),
                        right("GENERATION"),
                        left("HELO"),
                        left("SENDER"),
                        right("MESSAGES"));
        for (ConnectionStatus connection : connections) {
            table.row(
                    connection.id(),
                    connection.peer(),
                    connection.host(),
                    call.ago(connection.since()),
                    connection.state(),
                    connection.generation(),
                    Words.orDash(connection.hello()),
                    Words.orDash(connection.sender()),
                    connection.messages());
        }
        return table.text();
    }
}
