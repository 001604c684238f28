package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.List;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.console.text.Table;

/** {@code connections}, and {@code list}, its name in qpsmtpd's pollserver. */
final class ConnectionsCommand implements Command {
    private final String name;

    private ConnectionsCommand(String name) {
        this.name = name;
    }

    static ConnectionsCommand connections() {
        return new ConnectionsCommand("connections");
    }

    static ConnectionsCommand list() {
        return new ConnectionsCommand("list");
    }

    @Override
    public Usage usage() {
        return Usage.ofServer(
                name,
                "[N]",
                0,
                1,
                "Shows the open connections, the oldest first; only the N oldest, or with -N the"
                        + " newest.");
    }

    @Override
    public void run(Call call) {
        List<ConnectionStatus> connections = chosen(call);
        call.answer(
                connections,
                connections.isEmpty() ? "No connection is open.\n" : text(call, connections));
    }

    private static List<ConnectionStatus> chosen(Call call) {
        List<ConnectionStatus> all = call.server().connections();
        int size = all.size();
        int number = call.operand().map(ConnectionsCommand::number).orElse(size);
        return number < 0
                ? all.subList(Math.max(0, size + number), size)
                : all.subList(0, Math.min(size, number));
    }

    private static int number(String text) {
        if (text.matches("-?[0-9]{1,9}") && Integer.parseInt(text) != 0) {
            return Integer.parseInt(text);
        }
        throw CommandFailure.usage("'" + text + "' is no number other than 0");
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
                        left("LIST"),
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
                    connection.list(),
                    Words.orDash(connection.hello()),
                    Words.orDash(connection.sender()),
                    connection.messages());
        }
        return table.text();
    }
}
