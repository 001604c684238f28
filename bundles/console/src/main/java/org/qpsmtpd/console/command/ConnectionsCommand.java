package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Table.Column;

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

    /** The column of plugin lists is shown where there is more than the usual one. */
    private static String text(Call call, List<ConnectionStatus> connections) {
        boolean lists = connections.stream().anyMatch(each -> !Words.isUsual(each.list()));
        List<Column> columns = new ArrayList<>();
        columns.addAll(List.of(left("ID"), left("CLIENT"), left("HOST"), right("AGE")));
        columns.addAll(List.of(left("STATE"), right("GENERATION")));
        columns.addAll(lists ? List.of(left("LIST")) : List.of());
        columns.addAll(List.of(left("HELO"), left("SENDER"), right("MESSAGES")));
        Table table = new Table(columns.toArray(new Column[0]));
        connections.forEach(connection -> table.row(cells(call, connection, lists)));
        return table.text();
    }

    private static Object[] cells(Call call, ConnectionStatus connection, boolean lists) {
        List<Object> cells = new ArrayList<>();
        cells.addAll(List.of(connection.id(), connection.peer(), connection.host()));
        cells.addAll(List.of(call.ago(connection.since()), connection.state()));
        cells.add(connection.generation());
        cells.addAll(lists ? List.of(connection.list()) : List.of());
        cells.add(Words.orDash(connection.hello()));
        cells.add(Words.orDash(connection.sender()));
        cells.add(connection.messages());
        return cells.toArray();
    }
}
