package org.qpsmtpd.core.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * A configuration that asks plugins before it asks the files. Kept for one connection, so that the
 * same answer gives the same list instance. Safe for use by several threads.
 */
public final class HookedConfig implements Config {
    private final Function<String, Optional<List<String>>> plugins;
    private final Config next;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    private record Answer(List<String> values, List<ConfigLine> lines) {
        static Answer of(List<String> given) {
            List<String> values = List.copyOf(given);
            return new Answer(
                    values,
                    values.stream().map(value -> new ConfigLine(value, "plugin", 0)).toList());
        }
    }

    /**
     * @param plugins asks the plugins in order
     * @param next asked when no plugin answers
     */
    public HookedConfig(Function<String, Optional<List<String>>> plugins, Config next) {
        this.plugins = plugins;
        this.next = next;
    }

    @Override
    public List<ConfigLine> lines(String name) {
        Optional<List<String>> answer = plugins.apply(name);
        return answer.isPresent() ? remember(name, answer.get()) : next.lines(name);
    }

    private List<ConfigLine> remember(String name, List<String> values) {
        Answer known =
                answers.compute(
                        name,
                        (asked, before) ->
                                before != null && before.values().equals(values)
                                        ? before
                                        : Answer.of(values));
        return known.lines();
    }

    @Override
    public Optional<String> map(String name, String key) {
        return next.map(name, key);
    }
}
