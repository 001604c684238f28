package org.qpsmtpd.core.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/**
 * Asks plugins for what they count of their own. One that does not answer at once has none to show,
 * and is not asked again before it has come back.
 */
final class OwnFigures {
    private static final long SECONDS = 1;
    private static final int MOST = 100;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,64}");

    private final Set<PluginInstance> asked = ConcurrentHashMap.newKeySet();

    List<PluginFigure> of(List<PluginInstance> plugins) {
        List<PluginFigure> all = new ArrayList<>();
        for (PluginInstance plugin : plugins) {
            if (plugin.plugin() instanceof PluginFigures && asked.add(plugin)) {
                ask(plugin).stream()
                        .limit(MOST)
                        .filter(figure -> NAME.matcher(figure.name()).matches())
                        .map(figure -> shown(plugin, figure))
                        .forEach(all::add);
            }
        }
        return all;
    }

    private List<Figure> ask(PluginInstance plugin) {
        try {
            return TimeLimit.within(SECONDS, "it tells no figures", () -> visit(plugin));
        } catch (PluginFault e) {
            if (e.isPassing()) {
                asked.remove(plugin); // there was no thread to ask it on
            }
            return List.of();
        }
    }

    private List<Figure> visit(PluginInstance plugin) {
        try {
            Came<List<Figure>> came = Door.visit(plugin, "figures", OwnFigures::copy);
            List<Figure> value = came == null ? null : came.value();
            return value == null ? List.of() : value;
        } finally {
            asked.remove(plugin);
        }
    }

    /** A copy, since the list is the plugin's, which must not change it while it is read. */
    private static List<Figure> copy(Object plugin) {
        return plugin instanceof PluginFigures own ? List.copyOf(own.figures()) : List.of();
    }

    private static PluginFigure shown(PluginInstance plugin, Figure figure) {
        return new PluginFigure(plugin.name(), figure.name(), figure.isCounter(), figure.value());
    }
}
