package org.qpsmtpd.console.command;

import java.util.Map;

/** {@code shutdown}. */
final class ShutdownCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.ofServer(
                "shutdown",
                "",
                0,
                0,
                "Stops the server as SIGTERM does: messages on their way are finished first.");
    }

    @Override
    public void run(Call call) {
        if (!call.server().shutdown()) {
            throw CommandFailure.failed(
                    "the server shares this container with others, which decides: stop the bundle"
                            + " org.qpsmtpd.core there");
        }
        call.answer(Map.of("stopping", true), "The server stops.\n");
    }
}
