package org.qpsmtpd.testkit;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.qpsmtpd.api.plugin.PluginCommand;

/** Runs a plugin's command as the console does, and takes down what it prints. */
public final class FakeConsole {
    private FakeConsole() {}

    /**
     * What came of a command.
     *
     * @param done what it returned
     * @param text what it printed, controls as they were printed
     */
    public record Answer(boolean done, String text) {}

    /**
     * Runs a command.
     *
     * @param words what follows its name
     * @throws IllegalArgumentException when the words make no sense to it
     * @throws IOException when it failed
     */
    public static Answer run(PluginCommand command, String... words)
            throws IOException, InterruptedException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        boolean done = command.run(List.of(words), out);
        out.flush();
        return new Answer(done, text.toString());
    }
}
