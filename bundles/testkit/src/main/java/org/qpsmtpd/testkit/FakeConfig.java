package org.qpsmtpd.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * A configuration directory in memory. A name that was not set is a file that is not there: it has
 * no values. Safe for use by several threads.
 */
public final class FakeConfig implements Config {
    private final Map<String, List<ConfigLine>> files = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> maps = new ConcurrentHashMap<>();

    /**
     * Writes a file, replacing an earlier one; {@link #lines} then gives a new list.
     *
     * @param name the file's name
     * @param lines the lines of the file from line 1 on; blanks around a line, empty lines and
     *     lines beginning with {@code #} are left out of the values but counted
     * @return this
     */
    public FakeConfig set(String name, String... lines) {
        List<ConfigLine> values = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            String text = lines[i].strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                values.add(new ConfigLine(text, "config/" + name, i + 1));
            }
        }
        files.put(name, List.copyOf(values));
        return this;
    }

    /**
     * Puts a key into a map file, which is made when it is not there.
     *
     * @param name the map's name without {@code .cdb}
     * @return this
     */
    public FakeConfig setMap(String name, String key, String value) {
        Map<String, String> changed = new HashMap<>(maps.getOrDefault(name, Map.of()));
        changed.put(key, value);
        maps.put(name, Map.copyOf(changed));
        return this;
    }

    /**
     * Deletes the file and the map of that name.
     *
     * @return this
     */
    public FakeConfig delete(String name) {
        files.remove(name);
        maps.remove(name);
        return this;
    }

    @Override
    public List<ConfigLine> lines(String name) {
        return files.getOrDefault(name, List.of());
    }

    @Override
    public Optional<String> map(String name, String key) {
        return Optional.ofNullable(maps.getOrDefault(name, Map.of()).get(key));
    }
}
