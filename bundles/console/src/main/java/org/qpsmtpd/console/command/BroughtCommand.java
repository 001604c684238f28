package org.qpsmtpd.console.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.plugin.PluginCommand;

/** A command that plugins or services bring; whose it is shows when it runs. */
final class BroughtCommand implements Command {
    private final String name;
    private final Brought brought;

    BroughtCommand(String name, Brought brought) {
        this.name = name;
        this.brought = brought;
    }

    @Override
    public Usage usage() {
        List<String> forms =
                brought.any(name).map(entry -> entry.command().usage()).orElse(List.of());
        return Usage.ofBrought(name, forms);
    }

    @Override
    public void run(Call call) throws InterruptedException {
        PluginCommand command = call.brought(name);
        PrintWriter out = new PrintWriter(new PrintableWriter(call));
        try {
            boolean done = command.run(call.operands(), out);
            out.flush();
            if (!done) {
                throw CommandFailure.failed("not found, or not done");
            }
        } catch (IllegalArgumentException e) {
            out.flush();
            call.print(usage().text());
            throw CommandFailure.usage(reason(e));
        } catch (IOException e) {
            out.flush();
            throw CommandFailure.failed(reason(e));
        }
    }

    private static String reason(Exception e) {
        @Nullable String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    /** The first words of what can be asked for, while the first is written. */
    @Override
    public List<String> candidates(Hints hints) {
        return usage().forms().stream()
                .map(form -> form.strip().split("\\s+", 2)[0])
                .filter(word -> word.matches("[a-z0-9_-]+"))
                .toList();
    }

    /** The command of this name, while anything brings it. */
    static Optional<Command> of(String name, Brought brought) {
        return brought.any(name).map(entry -> new BroughtCommand(name, brought));
    }
}
