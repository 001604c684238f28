package org.qpsmtpd.core.chain;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.plugin.PluginCommand;

/** The command that a plugin brings. What it is called and how it is used is asked once. */
public final class OwnCommand implements PluginCommand {
    private static final String HOOK = "console";
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,40}");
    private static final int MOST_LINES = 100;

    private final PluginInstance plugin;
    private final String name;
    private final List<String> usage;

    private OwnCommand(PluginInstance plugin, String name, List<String> usage) {
        this.plugin = plugin;
        this.name = name;
        this.usage = usage;
    }

    /** What came of a run: done or not, or what it threw that is no fault of the plugin. */
    private record Ran(boolean done, @Nullable Exception failure) {
        static Ran of(PluginCommand command, List<String> words, PrintWriter out) {
            try {
                return new Ran(command.run(words, out), null);
            } catch (IOException | InterruptedException e) {
                return new Ran(false, e);
            }
        }
    }

    /**
     * The command of a plugin; absent when it brings none, or is away.
     *
     * @throws PluginFault when the plugin does not say how its command is called
     */
    public static Optional<OwnCommand> of(PluginInstance plugin) throws PluginFault {
        if (!(plugin.plugin() instanceof PluginCommand)) {
            return Optional.empty();
        }
        return TimeLimit.within(
                () -> {
                    Came<OwnCommand> came =
                            Door.visit(plugin, HOOK, it -> of(plugin, (PluginCommand) it));
                    if (came == null) {
                        return Optional.empty();
                    }
                    came.rethrow();
                    return Optional.ofNullable(came.value());
                });
    }

    private static OwnCommand of(PluginInstance plugin, PluginCommand command) {
        String name = command.command();
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a command is one word of lower-case letters, digits, _ and -");
        }
        List<String> usage = List.copyOf(command.usage());
        return new OwnCommand(plugin, name, usage.subList(0, Math.min(MOST_LINES, usage.size())));
    }

    /** Name of the plugin. */
    public String plugin() {
        return plugin.name();
    }

    @Override
    public String command() {
        return name;
    }

    @Override
    public List<String> usage() {
        return usage;
    }

    @Override
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        Came<Ran> came = Door.visit(plugin, HOOK, it -> Ran.of((PluginCommand) it, words, out));
        if (came == null) {
            throw new IOException("the plugin " + plugin.name() + " is away");
        }
        came.rethrow();
        Ran ran = came.value();
        if (ran == null) {
            throw new IllegalStateException("a plugin that returns has returned something");
        }
        if (ran.failure() instanceof IOException failure) {
            throw failure;
        }
        if (ran.failure() instanceof InterruptedException interrupt) {
            throw interrupt;
        }
        return ran.done();
    }
}
