package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * A line of {@code config/plugins} or {@code config/logging}: {@code path[:N] argument...}. The
 * last word {@code optional} is ours: such a plugin may be missing.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd.pm}, _load_plugin.
 *
 * @param plugin the plugin's name without {@code :N}, old names replaced by today's
 * @param instance the name as written, which tells instances of one plugin apart
 * @param arguments as they are written, without blanks around them
 * @param optional whether mail flows without it
 * @param place file and line
 */
public record PluginLine(
        String plugin, String instance, String arguments, boolean optional, String place) {
    private static final String OPTIONAL = "optional";

    /** Names that plugins had in earlier releases of qpsmtpd. */
    private static final Map<String, String> RENAMED =
            Map.ofEntries(
                    Map.entry("check_earlytalker", "earlytalker"),
                    Map.entry("check_relay", "relay"),
                    Map.entry("check_norelay", "relay"),
                    Map.entry("relay_only", "relay"),
                    Map.entry("check_spamhelo", "helo"),
                    Map.entry("check_badmailfrom", "badmailfrom"),
                    Map.entry("check_badmailfrom_patterns", "badmailfrom"),
                    Map.entry("check_badmailfromto", "badmailfromto"),
                    Map.entry("check_badrcptto", "badrcptto"),
                    Map.entry("check_badrcptto_patterns", "badrcptto"),
                    Map.entry("require_resolvable_fromhost", "resolvable_fromhost"),
                    Map.entry("check_bogus_bounce", "bogus_bounce"),
                    Map.entry("check_basicheaders", "headers"),
                    Map.entry("check_loop", "loop"),
                    Map.entry("denysoft_greylist", "greylisting"),
                    Map.entry("whitelist_soft", "whitelist"));

    /** Reads a line. */
    public static PluginLine parse(ConfigLine line) {
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
        return new PluginLine(
                RENAMED.getOrDefault(name, name), instance, arguments, optional, line.place());
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
     * @param before those that it is to stand before
     */
    public static int place(List<String> plugins, List<String> before) {
        int place = 0;
        while (place < plugins.size() && !before.contains(plugins.get(place))) {
            place++;
        }
        return place;
    }

    /** Whether the line uses a name of an earlier release. */
    boolean isRenamed() {
        return !instance.equals(plugin) && !instance.startsWith(plugin + ":");
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
