package org.qpsmtpd.core.config;

import java.util.Comparator;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * Something wrong in a configuration file.
 *
 * @param file path of the file
 * @param line line number, from 1; 0 when it is about the file as a whole
 * @param what what is wrong and what to do, without the place
 */
public record Finding(String file, int line, String what) implements Comparable<Finding> {
    private static final Comparator<Finding> BY_PLACE =
            Comparator.comparing(Finding::file)
                    .thenComparingInt(Finding::line)
                    .thenComparing(Finding::what);

    @Override
    public int compareTo(Finding other) {
        return BY_PLACE.compare(this, other);
    }

    /** Whether it is about a line. */
    public boolean isAt(ConfigLine other) {
        return line == other.line() && file.equals(other.file());
    }

    /** The sentence an administrator reads: {@code FILE:LINE: what}. */
    public String sentence() {
        return (line == 0 ? file : file + ":" + line) + ": " + what;
    }
}
