package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.console.text.Places;
import org.qpsmtpd.console.text.Printable;
import org.qpsmtpd.console.text.Table;
import org.qpsmtpd.console.text.Table.Column;
import org.qpsmtpd.console.text.Times;

/** {@code plugins}. */
final class PluginsCommand implements Command {
    /** Columns of a terminal that the table fits into. */
    private static final int WIDTH = 120;

    private static final int MOST_ANSWERS = 7;

    private static final Option FIGURES =
            new Option("--figures", "", "show what plugins count of their own instead");

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "plugins",
                "[LIST] [HOOK]",
                0,
                2,
                "Shows the plugins of each hook in the order in which they are asked, and what"
                        + " their calls were like; of one plugin list, or of all.",
                FIGURES);
    }

    @Override
    public void run(Call call) {
        Wanted wanted = Wanted.of(call);
        if (call.has(FIGURES)) {
            List<PluginFigure> figures = call.server().status().figures();
            call.answer(figures, figures.isEmpty() ? "No plugin counts anything.\n" : own(figures));
            return;
        }
        List<PluginStatus> plugins =
                call.server().plugins().stream().filter(wanted::includes).toList();
        call.answer(plugins, plugins.isEmpty() ? wanted.none() : text(plugins));
    }

    /**
     * Which rows are wanted.
     *
     * @param list name of a plugin list; empty for all
     * @param hook name of a hook; empty for all
     */
    private record Wanted(String list, String hook) {
        /** A single word may be either. */
        static Wanted of(Call call) {
            List<String> words = call.operands();
            if (words.isEmpty()) {
                return new Wanted("", "");
            }
            List<String> lists = call.server().status().lists();
            String first = words.get(0);
            if (lists.contains(first)) {
                return new Wanted(first, words.size() == 1 ? "" : hook(words.get(1), lists));
            }
            if (words.size() == 1) {
                return new Wanted("", hook(first, lists));
            }
            throw CommandFailure.usage(
                    "no plugin list '" + first + "'" + Nearest.hint(first, lists));
        }

        private static String hook(String name, List<String> lists) {
            if (!hooks().contains(name)) {
                List<String> known = new ArrayList<>(hooks());
                known.addAll(lists);
                throw CommandFailure.usage(
                        (lists.size() > 1 ? "no hook or plugin list '" : "no hook '")
                                + name
                                + "'"
                                + Nearest.hint(name, known));
            }
            return name;
        }

        boolean includes(PluginStatus plugin) {
            return (list.isEmpty() || plugin.list().equals(list))
                    && (hook.isEmpty() || plugin.hook().equals(hook));
        }

        String none() {
            return hook.isEmpty()
                    ? "No plugin is in use.\n"
                    : "No plugin answers the hook " + hook + ".\n";
        }
    }

    @Override
    public List<String> candidates(Hints hints) {
        List<String> words = new ArrayList<>(hooks());
        hints.server().ifPresent(server -> words.addAll(server.status().lists()));
        return words;
    }

    private static List<String> hooks() {
        return Arrays.stream(HookPoint.values()).map(HookPoint::hookName).toList();
    }

    private static String own(List<PluginFigure> figures) {
        Table table = new Table(left("PLUGIN"), left("FIGURE"), right("VALUE"), left("KIND"));
        for (PluginFigure figure : figures) {
            String kind = figure.isCounter() ? "counter" : "level";
            table.row(figure.plugin(), figure.name(), figure.value(), kind);
        }
        return table.text();
    }

    /** The table, and below it what is to be known of single plugins. */
    private static String text(List<PluginStatus> plugins) {
        StringBuilder text = new StringBuilder(fitting(plugins));
        for (PluginStatus plugin : plugins) {
            if (!plugin.remark().isEmpty()) {
                String line = plugin.name() + ", hook " + plugin.hook() + ": " + plugin.remark();
                text.append(Printable.of(line)).append('\n');
            }
        }
        return text.toString();
    }

    /** Leaves out rare answers, then versions, until a terminal shows each row in a line. */
    private static String fitting(List<PluginStatus> plugins) {
        String text = table(plugins, true, MOST_ANSWERS);
        for (int answers = MOST_ANSWERS - 1; !fits(text) && answers >= 2; answers--) {
            text = table(plugins, true, answers);
        }
        for (int answers = 2; !fits(text) && answers >= 0; answers--) {
            text = table(plugins, false, answers);
        }
        return text;
    }

    private static boolean fits(String text) {
        return text.lines().allMatch(line -> line.length() <= WIDTH);
    }

    private static String table(List<PluginStatus> plugins, boolean versions, int answers) {
        boolean lists = plugins.stream().map(PluginStatus::list).distinct().count() > 1;
        List<Column> columns = new ArrayList<>();
        if (lists) {
            columns.add(left("LIST"));
        }
        columns.add(left("HOOK"));
        columns.add(left("PLUGIN"));
        if (versions) {
            columns.add(left("VERSION"));
        }
        columns.add(right("CALLS"));
        columns.add(left("ANSWERS"));
        columns.add(right("MEAN"));
        columns.add(right("P99"));
        columns.add(left("STATE"));
        columns.add(left("NAMED IN"));
        Table table = new Table(columns.toArray(new Column[0]));
        Places places = Places.of(plugins.stream().map(PluginStatus::place).toList());
        for (PluginStatus plugin : plugins) {
            List<Object> cells = new ArrayList<>(lists ? List.of(plugin.list()) : List.of());
            cells.addAll(cells(plugin, versions, answers, places));
            table.row(cells.toArray());
        }
        return table.text();
    }

    private static List<Object> cells(
            PluginStatus plugin, boolean versions, int answers, Places places) {
        List<Object> cells = new ArrayList<>(List.of(plugin.hook(), plugin.name()));
        if (versions) {
            cells.add(plugin.version());
        }
        cells.add(plugin.calls());
        cells.add(answers(plugin.verdicts(), answers));
        cells.add(time(plugin, plugin.meanMicros()));
        cells.add(time(plugin, plugin.p99Micros()));
        cells.add(states(plugin));
        cells.add(places.shortened(plugin.place()));
        return cells;
    }

    private static String time(PluginStatus plugin, long micros) {
        return plugin.calls() == 0 ? "-" : Times.micros(micros);
    }

    /** The most frequent answers first, and so many of them. */
    private static String answers(Map<String, Long> verdicts, int most) {
        String shown =
                verdicts.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(most)
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        boolean all = verdicts.size() <= most;
        return Words.orDash(all ? shown : shown.isEmpty() ? "..." : shown + ", ...");
    }

    /** How it is, and what is out of the ordinary. */
    private static String states(PluginStatus plugin) {
        String errors = plugin.errors() == 0 ? "" : ", " + Words.count(plugin.errors(), "error");
        String running = plugin.running() == 0 ? "" : ", " + plugin.running() + " running";
        return state(plugin) + errors + running;
    }

    private static String state(PluginStatus plugin) {
        if (plugin.away()) {
            return "away";
        }
        if (!plugin.remark().isEmpty()) {
            return "never asked";
        }
        return switch (plugin.breaker()) {
            case "closed" -> "in use";
            case "open" -> "passed over";
            default -> plugin.breaker();
        };
    }
}
