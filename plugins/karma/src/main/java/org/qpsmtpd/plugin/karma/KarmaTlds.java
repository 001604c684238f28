package org.qpsmtpd.plugin.karma;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.net.Hosts;

/** The file {@code karma_tlds}: what a sender's domain is worth by its last labels. Immutable. */
final class KarmaTlds {
    private static final Pattern LINE = Pattern.compile("\\.?([^\\s:]+)\\s*:\\s*([+-]?\\d{1,4})");

    private final Map<String, Integer> changes = new HashMap<>();

    /** A line of the file. */
    record Entry(String suffix, int change) {}

    private KarmaTlds(List<Entry> entries) {
        entries.forEach(entry -> changes.putIfAbsent(entry.suffix(), entry.change()));
    }

    static ConfigView<KarmaTlds> view() {
        return ConfigView.ofEntries("karma_tlds", line -> parse(line.text()), KarmaTlds::new);
    }

    /**
     * Reads a line {@code TLD:NUMBER}.
     *
     * @throws IllegalArgumentException saying what may stand there
     */
    static Entry parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || !Hosts.isHost(matcher.group(1))) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not TLD:NUMBER such as link:-3 or co.uk:1");
        }
        return new Entry(Hosts.comparable(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /**
     * What the longest entry says that the host is below of.
     *
     * @param host as {@link Hosts#comparable} gives it
     * @return 0 when none does
     */
    int of(String host) {
        int dot = changes.isEmpty() ? -1 : host.indexOf('.');
        while (dot >= 0) {
            Integer change = changes.get(host.substring(dot + 1));
            if (change != null) {
                return change;
            }
            dot = host.indexOf('.', dot + 1);
        }
        return 0;
    }
}
