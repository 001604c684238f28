package org.qpsmtpd.core.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * A line of {@code config/plugins} or {@code config/logging}: {@code path[:N] argument...}, split
 * at blanks, nothing quoted. The last word {@code optional} is ours: such a plugin may be missing.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd.pm}, _load_plugin.
 *
 * @param plugin the plugin's name without {@code :N}, old names replaced by today's
 * @param instance the name as written, which tells instances of one plugin apart
 * @param words the arguments
 * @param optional whether mail flows without it
 * @param place file and line
 */
record PluginLine(
        String plugin, String instance, List<String> words, boolean optional, String place) {
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

    static PluginLine parse(ConfigLine line) {
        List<String> words = new ArrayList<>(List.of(line.text().split("[ \t]+")));
        String instance = words.remove(0);
        boolean optional = !words.isEmpty() && words.get(words.size() - 1).equals(OPTIONAL);
        if (optional) {
            words.remove(words.size() - 1);
        }
        int colon = instance.lastIndexOf(':');
        boolean numbered = colon > 0 && isNumber(instance.substring(colon + 1));
        String name = numbered ? instance.substring(0, colon) : instance;
        return new PluginLine(
                RENAMED.getOrDefault(name, name),
                instance,
                List.copyOf(words),
                optional,
                line.place());
    }

    /**
     * Where a plugin without a line stands: before the first of some plugins, else behind all.
     *
     * @param plugins the plugins in order
     * @param before those that it is to stand before
     */
    static int place(List<String> plugins, List<String> before) {
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
