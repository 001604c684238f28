package org.qpsmtpd.console.command;

import java.util.List;
import org.qpsmtpd.api.control.MailCounts;
import org.qpsmtpd.api.control.ServerStatus;
import org.qpsmtpd.console.text.Table;

/** {@code status}. */
final class StatusCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.ofServer(
                "status", "", 0, 0, "Tells how the server is doing, and why if it is not well.");
    }

    @Override
    public void run(Call call) {
        ServerStatus status = call.server().status();
        call.answer(status, text(call, status));
    }

    private static String text(Call call, ServerStatus status) {
        Table table = Table.ofPairs();
        table.row("server", "qpsmtpd " + status.version() + ", up " + call.ago(status.started()));
        table.row(status.paused() ? "paused" : "accepts on", addresses(status.addresses()));
        table.row("connections", connections(status));
        table.row("mail", mail(status.mail()));
        table.row(
                "workers",
                status.children()
                        + " of at most "
                        + status.mostChildren()
                        + ", "
                        + Words.count(status.waiting(), "request")
                        + " waiting");
        table.row(
                "plugins",
                Words.count(status.plugins(), "plugin") + " in generation " + status.generation());
        if (status.lists().size() > 1) {
            table.row("lists", String.join(", ", status.lists()));
        }
        status.faults().forEach(fault -> table.row("defers mail", fault));
        status.refused().forEach(reason -> table.row("not in use", reason));
        status.warnings().forEach(warning -> table.row("warning", warning));
        return table.text();
    }

    private static String addresses(List<String> addresses) {
        return addresses.isEmpty() ? "no address" : String.join(", ", addresses);
    }

    private static String mail(MailCounts mail) {
        return mail.accepted()
                + " accepted, "
                + mail.refused()
                + " refused, "
                + mail.deferred()
                + " deferred since the start";
    }

    private static String connections(ServerStatus status) {
        String most =
                status.mostConnections() == 0 ? "" : " of at most " + status.mostConnections();
        return status.connections()
                + " open"
                + most
                + ", "
                + status.sessions()
                + " since the start";
    }
}
