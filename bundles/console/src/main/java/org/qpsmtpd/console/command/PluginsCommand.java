package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Times;

/** {@code plugins}. */
final class PluginsCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.ofServer(
                "plugins",
                "[HOOK]",
                0,
                1,
                "Shows the plugins of each hook in the order in which they are asked, and what"
                        + " their calls were like.");
    }

    @Override
    public void run(Call call) {
        call.operand().ifPresent(PluginsCommand::requireHook);
        List<PluginStatus> plugins =
                call.server().plugins().stream()
                        .filter(plugin -> call.operand().map(plugin.hook()::equals).orElse(true))
                        .toList();
        call.answer(plugins, plugins.isEmpty() ? none(call) : text(plugins));
    }

    @Override
    public List<String> candidates(Hints hints) {
        return hooks();
    }

    private static List<String> hooks() {
        return Arrays.stream(HookPoint.values()).map(HookPoint::hookName).toList();
    }

    private static void requireHook(String name) {
        if (!hooks().contains(name)) {
            throw CommandFailure.usage("no hook '" + name + "'" + Nearest.hint(name, hooks()));
        }
    }

    private static String none(Call call) {
        return call.operand()
                .map(hook -> "No plugin answers the hook " + hook + ".\n")
                .orElse("No plugin is in use.\n");
    }

    private static String text(List<PluginStatus> plugins) {
        Table table =
                new Table(
                        left("HOOK"),
                        left("PLUGIN"),
                        left("VERSION"),
                        right("CALLS"),
                        left("ANSWERS"),
                        right("MEAN"),
                        right("P99"),
                        right("ERRORS"),
                        right("RUNNING"),
                        left("STATE"),
                        left("BUNDLE"),
                        left("NAMED IN"));
        for (PluginStatus plugin : plugins) {
            table.row(
                    plugin.hook(),
                    plugin.name(),
                    plugin.version(),
                    plugin.calls(),
                    answers(plugin.verdicts()),
                    time(plugin, plugin.meanMicros()),
                    time(plugin, plugin.p99Micros()),
                    plugin.errors(),
                    plugin.running(),
                    state(plugin),
                    plugin.bundle(),
                    plugin.place());
        }
        return table.text();
    }

    private static String time(PluginStatus plugin, long micros) {
        return plugin.calls() == 0 ? "-" : Times.micros(micros);
    }

    /** The most frequent answer first. */
    private static String answers(Map<String, Long> verdicts) {
        return Words.orDash(
                verdicts.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", ")));
    }

    private static String state(PluginStatus plugin) {
        if (plugin.away()) {
            return "away";
        }
        return switch (plugin.breaker()) {
            case "closed" -> "in use";
            case "open" -> "passed over";
            default -> plugin.breaker();
        };
    }
}
