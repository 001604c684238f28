package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.List;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.console.text.Table;

/** {@code generations}. */
final class GenerationsCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.ofServer(
                "generations",
                "",
                0,
                0,
                "Shows the current set of plugins and the earlier ones that sessions still use.");
    }

    @Override
    public void run(Call call) {
        List<GenerationStatus> generations = call.server().generations();
        call.answer(
                generations,
                generations.isEmpty()
                        ? "There is no set of plugins yet.\n"
                        : text(call, generations));
    }

    private static String text(Call call, List<GenerationStatus> generations) {
        List<String> current =
                generations.stream()
                        .filter(GenerationStatus::current)
                        .findFirst()
                        .map(GenerationStatus::plugins)
                        .orElse(List.of());
        Table table =
                new Table(
                        right("GENERATION"),
                        left("STATE"),
                        right("AGE"),
                        right("SESSIONS"),
                        right("PLUGINS"),
                        left("OF ITS OWN"));
        for (GenerationStatus generation : generations) {
            table.row(
                    generation.number(),
                    generation.current() ? "current" : "retiring",
                    call.ago(generation.since()),
                    generation.sessions(),
                    generation.plugins().size(),
                    generation.current() ? "" : own(generation.plugins(), current));
        }
        return table.text() + faults(generations);
    }

    /** What sets an earlier generation apart: the plugins that the current one has not. */
    private static String own(List<String> plugins, List<String> current) {
        return Words.orDash(
                String.join(
                        ", ",
                        plugins.stream().filter(plugin -> !current.contains(plugin)).toList()));
    }

    private static String faults(List<GenerationStatus> generations) {
        Table faults = Table.ofPairs();
        for (GenerationStatus generation : generations) {
            String who = "generation " + generation.number() + " defers mail";
            generation.faults().forEach(fault -> faults.row(who, fault));
        }
        return faults.text();
    }
}
