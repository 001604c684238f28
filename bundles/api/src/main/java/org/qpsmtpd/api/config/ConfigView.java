package org.qpsmtpd.api.config;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file parsed into something quicker to ask, parsed anew only when the file
 * changed. A plugin keeps one in a field. Safe for use by several threads.
 *
 * @param <T> what the file is parsed into; immutable
 */
public final class ConfigView<T> {
    private final String name;
    private final Function<List<ConfigLine>, T> parser;
    private volatile @Nullable Parsed<T> parsed;

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
        Parsed<T> last = parsed;
        if (last != null && last.source == source) {
            return last.value;
        }
        T value = parser.apply(source);
        parsed = new Parsed<>(source, value);
        return value;
    }
}
