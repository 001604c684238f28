package org.qpsmtpd.console.command;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.console.text.Printable;

/** {@code kill}. */
final class KillCommand implements Command {
    /** What it did, as JSON shows it. */
    public record Killed(List<String> ended, List<String> unknown) {}

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "kill",
                "ID|IP...",
                1,
                Usage.ANY,
                "Ends connections with 421, whatever they are doing: one by its id, all of a"
                        + " client by its address.");
    }

    @Override
    public void run(Call call) {
        ServerControl server = call.server();
        Killed killed = new Killed(new ArrayList<>(), new ArrayList<>());
        for (String named : call.operands()) {
            List<String> ids = ids(server, named);
            ids.stream().filter(server::kill).forEach(killed.ended()::add);
            if (ids.stream().noneMatch(killed.ended()::contains)) {
                killed.unknown().add(named);
            }
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

    /** No id is an address as well. */
    private static List<String> ids(ServerControl server, String named) {
        InetAddress address;
        try {
            address = Network.parseAddress(named);
        } catch (IllegalArgumentException e) {
            return List.of(named);
        }
        return server.connections().stream()
                .filter(connection -> address(connection).equals(address))
                .map(ConnectionStatus::id)
                .toList();
    }

    private static InetAddress address(ConnectionStatus connection) {
        String peer = connection.peer();
        String ip = peer.substring(0, peer.lastIndexOf(':'));
        return Network.parseAddress(ip.startsWith("[") ? ip.substring(1, ip.length() - 1) : ip);
    }

    @Override
    public List<String> candidates(Hints hints) {
        List<String> candidates = new ArrayList<>(openIds(hints));
        hints.server()
                .map(ServerControl::connections)
                .orElse(List.of())
                .forEach(connection -> candidates.add(address(connection).getHostAddress()));
        return candidates;
    }

    static List<String> openIds(Hints hints) {
        return hints.server()
                .map(server -> server.connections().stream().map(ConnectionStatus::id).toList())
                .orElse(List.of());
    }
}
