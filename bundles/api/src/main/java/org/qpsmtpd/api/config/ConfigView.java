package org.qpsmtpd.api.config;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * A configuration file parsed into something quicker to ask, parsed anew only when its lines are
 * others than before. A plugin keeps one in a field. A few lists are kept at a time, since plugins
 * that supply settings may give one recipient another list than the next. Safe for use by several
 * threads.
 *
 * @param <T> what the file is parsed into; immutable
 */
public final class ConfigView<T> {
    /** The JDK's, so that the contract needs no library. */
    private static final Logger LOG = System.getLogger(ConfigView.class.getName());

    private static final int KEPT = 4;

    private final String name;
    private final Function<List<ConfigLine>, T> parser;
    private final AtomicReferenceArray<@Nullable Parsed<T>> kept = new AtomicReferenceArray<>(KEPT);
    private final AtomicInteger oldest = new AtomicInteger();

    private record Parsed<T>(List<ConfigLine> source, T value) {}

    /**
     * @param name the file's name
     * @param parser makes the value from the file's lines; called again after each change. It skips
     *     lines it cannot read and says so in the log with {@link ConfigLine#place()}
     */
    public ConfigView(String name, Function<List<ConfigLine>, T> parser) {
        this.name = name;
        this.parser = parser;
    }

    /**
     * A view of a file whose lines stand for themselves. A line that cannot be read is left out,
     * and the log says so with its place.
     *
     * @param parser reads one line; throws IllegalArgumentException whose message says what is
     *     wrong with the text and what may stand there
     * @param <E> what a line is parsed into; immutable
     */
    public static <E> ConfigView<List<E>> ofEntries(String name, Function<ConfigLine, E> parser) {
        return ofEntries(name, parser, entries -> entries);
    }

    /**
     * A view of a file whose lines stand for themselves, put together to something quicker to ask.
     *
     * @param parser as above
     * @param whole makes the value of what was read, in the order of the file
     */
    public static <E, T> ConfigView<T> ofEntries(
            String name, Function<ConfigLine, E> parser, Function<List<E>, T> whole) {
        return new ConfigView<>(name, lines -> whole.apply(entries(lines, parser)));
    }

    private static <E> List<E> entries(List<ConfigLine> lines, Function<ConfigLine, E> parser) {
        List<E> entries = new ArrayList<>(lines.size());
        for (ConfigLine line : lines) {
            try {
                entries.add(parser.apply(line));
            } catch (IllegalArgumentException e) {
                LOG.log(Level.WARNING, () -> line.place() + ": left out: " + e.getMessage());
            }
        }
        return List.copyOf(entries);
    }

    /** The parsed file as the given configuration has it now. */
    public T in(Config config) {
        List<ConfigLine> source = config.lines(name);
        Parsed<T> known = find(source);
        if (known != null) {
            return known.value;
        }
        T value = parser.apply(source);
        kept.set(Math.floorMod(oldest.getAndIncrement(), KEPT), new Parsed<>(source, value));
        return value;
    }

    private @Nullable Parsed<T> find(List<ConfigLine> source) {
        for (int i = 0; i < KEPT; i++) {
            Parsed<T> known = kept.get(i);
            if (known != null && known.source == source) {
                return known;
            }
        }
        for (int i = 0; i < KEPT; i++) {
            Parsed<T> known = kept.get(i);
            if (known != null && known.source.equals(source)) {
                return known;
            }
        }
        return null;
    }
}
