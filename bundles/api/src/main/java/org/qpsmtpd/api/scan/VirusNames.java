package org.qpsmtpd.api.scan;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.service.Patterns;

/** A file of viruses: an expression in each line, for the whole of a name in any case. */
public final class VirusNames {
    private final Patterns patterns;
    private final ConfigView<List<Predicate<String>>> lines;

    /**
     * @param file its name in the configuration directory
     */
    public VirusNames(String file, Patterns patterns) {
        this.patterns = patterns;
        lines = ConfigView.ofEntries(file, line -> expression(line.text()));
    }

    /** Whether nothing is listed. */
    public boolean isEmpty(Config config) {
        return lines.in(config).isEmpty();
    }

    /** Whether any of the names is listed. */
    public boolean listsAny(Config config, Collection<String> names) {
        return lines.in(config).stream().anyMatch(each -> names.stream().anyMatch(each));
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public Predicate<String> expression(String line) {
        var unused = patterns.compile(line, true); // so that a message shows what is in the file
        return patterns.compile("^(?:" + line + ")$", true);
    }
}
