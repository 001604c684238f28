package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.client.PeerFiles;

/**
 * A line of {@code config/plugins} or {@code config/logging}: {@code path[:N] argument...}. The
 * last word {@code optional} is ours: such a plugin may be missing.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd.pm}, _load_plugin.
 *
 * @param plugin the plugin's name without {@code :N}, old names replaced by today's
 * @param instance the name as written, which tells instances of one plugin apart
 * @param arguments as they are written, without blanks around them, behind those that a former name
 *     stood for
 * @param optional whether mail flows without it
 * @param place file and line
 */
public record PluginLine(
        String plugin, String instance, String arguments, boolean optional, String place) {
    private static final String OPTIONAL = "optional";

    /** Reads a line. */
    public static PluginLine parse(ConfigLine line, FormerNames names) {
        String[] parts = line.text().split("[ \t]+", 2);
        String instance = parts[0];
        String arguments = parts.length == 1 ? "" : parts[1];
        boolean optional = isOptional(arguments);
        if (optional) {
            arguments = arguments.substring(0, arguments.length() - OPTIONAL.length()).strip();
        }
        int colon = instance.lastIndexOf(':');
        boolean numbered = colon > 0 && isNumber(instance.substring(colon + 1));
        String name = numbered ? instance.substring(0, colon) : instance;
        FormerNames.Meaning meaning = names.of(name);
        String all = (meaning.arguments() + " " + arguments).strip();
        return new PluginLine(meaning.plugin(), instance, all, optional, line.place());
    }

    private static boolean isOptional(String arguments) {
        int before = arguments.length() - OPTIONAL.length() - 1;
        return arguments.endsWith(OPTIONAL)
                && (before < 0 || " \t".indexOf(arguments.charAt(before)) >= 0);
    }

    /**
     * Where a plugin without a line stands: before the first of some plugins, else behind all.
     *
     * @param plugins the plugins in order
     * @param before those that it is to stand before; {@code queue/} is all of that folder
     */
    public static int place(List<String> plugins, List<String> before) {
        int place = 0;
        while (place < plugins.size() && !isOf(before, plugins.get(place))) {
            place++;
        }
        return place;
    }

    private static boolean isOf(List<String> names, String plugin) {
        String folder = plugin.substring(0, plugin.lastIndexOf('/') + 1);
        return names.contains(plugin) || (!folder.isEmpty() && names.contains(folder));
    }

    /** Whether the line uses a name of an earlier release. */
    boolean isRenamed() {
        return !instance.equals(plugin) && !instance.startsWith(plugin + ":");
    }

    /**
     * Why the plugin is not there, and what to do.
     *
     * @param known what the source of bundles knows about that
     */
    public String absence(Optional<String> known) {
        String what = known.map(reason -> "is not installed: " + reason).orElseGet(this::kind);
        return optional ? what : what + ", or end the line with the word optional";
    }

    private String kind() {
        if (plugin.contains("::")) {
            return "is a Perl package, which this server cannot run; take the line out";
        }
        if (plugin.equals(PeerFiles.FOLDER)) {
            return "stands in config/plugins only, where it has the lists of config/peers used;"
                    + " take the line out";
        }
        return FormerNames.whyLeftOut(plugin)
                .map(
                        reason ->
                                "is a plugin of qpsmtpd that this server leaves out ("
                                        + reason
                                        + "); take the line out")
                .orElse("is not installed; put its bundle into the deploy folder");
    }

    /** Whether it is known that there can be no such plugin here. */
    public boolean isForeign() {
        return plugin.contains("::") || FormerNames.whyLeftOut(plugin).isPresent();
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
