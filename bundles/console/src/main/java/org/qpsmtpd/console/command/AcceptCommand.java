package org.qpsmtpd.console.command;

import java.util.Map;
import org.qpsmtpd.api.control.ServerControl;

/** {@code pause} and {@code continue}. */
final class AcceptCommand implements Command {
    private final boolean pause;

    private AcceptCommand(boolean pause) {
        this.pause = pause;
    }

    static AcceptCommand pause() {
        return new AcceptCommand(true);
    }

    static AcceptCommand goOn() {
        return new AcceptCommand(false);
    }

    @Override
    public Usage usage() {
        return pause
                ? Usage.ofServer(
                        "pause",
                        "",
                        0,
                        0,
                        "Accepts no more connections; open ones go on, new ones wait unanswered.")
                : Usage.ofServer("continue", "", 0, 0, "Accepts connections again after pause.");
    }

    @Override
    public void run(Call call) {
        ServerControl server = call.server();
        boolean before = server.status().paused();
        if (pause) {
            server.pause();
        } else {
            server.resume();
        }
        String already = before == pause ? " as before" : "";
        String text = pause ? "Accepts no connections" : "Accepts connections";
        call.answer(Map.of("paused", pause), text + already + ".\n");
    }
}
