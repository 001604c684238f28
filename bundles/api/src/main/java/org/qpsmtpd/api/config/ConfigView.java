package org.qpsmtpd.api.config;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file parsed into something quicker to ask, parsed anew only when its lines are
 * others than before. A plugin keeps one in a field. A few lists are kept at a time, since plugins
 * that supply settings may give one recipient another list than the next. Safe for use by several
 * threads.
 *
 * @param <T> what the file is parsed into; immutable
 */
public final class ConfigView<T> {
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
