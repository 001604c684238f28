package org.qpsmtpd.console.command;

import java.util.List;
import java.util.stream.Collectors;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.control.ServerStatus;
import org.qpsmtpd.console.text.Printable;

/** {@code reload}. */
final class ReloadCommand implements Command {
    /** What it did, as JSON shows it. */
    public record Reloaded(int generation, List<String> refused) {}

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "reload",
                "",
                0,
                0,
                "Reads configuration and plugins anew, and tells why if they cannot be used.");
    }

    @Override
    public void run(Call call) {
        ServerControl server = call.server();
        List<String> refused = server.reload();
        ServerStatus status = server.status();
        call.answer(
                new Reloaded(status.generation(), refused),
                refused.isEmpty() ? done(status) : lines(refused));
        if (!refused.isEmpty()) {
            throw CommandFailure.failed("generation " + status.generation() + " stays in use");
        }
    }

    private static String done(ServerStatus status) {
        return "Generation "
                + status.generation()
                + " is in use, with "
                + Words.count(status.plugins(), "plugin")
                + ".\n";
    }

    /** A line for each sentence. */
    static String lines(List<String> sentences) {
        return sentences.stream()
                .map(sentence -> Printable.of(sentence) + "\n")
                .collect(Collectors.joining());
    }
}
