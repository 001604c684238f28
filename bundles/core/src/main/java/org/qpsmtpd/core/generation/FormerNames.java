package org.qpsmtpd.core.generation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What names meant in earlier releases of qpsmtpd: those that the plugins which are installed say
 * of themselves, and those of qpsmtpd's plugins that are not there, from a list of the core.
 */
public final class FormerNames {
    private static final String LIST = "absent-plugins";

    /** Plugins of qpsmtpd that are left out. */
    private static final Map<String, Absent> ABSENT = read();

    private final Map<String, Meaning> meanings = new HashMap<>();

    /**
     * What a name stands for.
     *
     * @param plugin today's name
     * @param arguments words that come before those of the line; may be empty
     */
    record Meaning(String plugin, String arguments) {}

    /**
     * A plugin of qpsmtpd that is not there.
     *
     * @param formerly its former names
     * @param reason why there is none
     */
    private record Absent(List<String> formerly, String reason) {}

    private FormerNames() {}

    /**
     * Those of the installed plugins, and of qpsmtpd's that are not there.
     *
     * @param declared the former names of each plugin that is installed, as {@link
     *     org.qpsmtpd.api.plugin.Plugin#formerly} has them
     */
    public static FormerNames of(Map<String, List<String>> declared) {
        FormerNames names = new FormerNames();
        ABSENT.forEach((plugin, absent) -> names.add(plugin, absent.formerly()));
        declared.forEach(names::add);
        declared.keySet().forEach(names.meanings::remove);
        return names;
    }

    /** Why a plugin of qpsmtpd is not here; empty for one that is, and for others. */
    static Optional<String> whyLeftOut(String plugin) {
        return Optional.ofNullable(ABSENT.get(plugin)).map(Absent::reason);
    }

    private void add(String plugin, List<String> former) {
        for (String declared : former) {
            int equals = declared.indexOf('=');
            String name = equals < 0 ? declared : declared.substring(0, equals);
            String arguments = equals < 0 ? "" : declared.substring(equals + 1);
            meanings.put(name.strip(), new Meaning(plugin, arguments.strip()));
        }
    }

    /** What a name stands for; itself when it is no former one. */
    Meaning of(String name) {
        return meanings.getOrDefault(name, new Meaning(name, ""));
    }

    private static Map<String, Absent> read() {
        Map<String, Absent> plugins = new HashMap<>();
        try (InputStream in = FormerNames.class.getResourceAsStream(LIST);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        Objects.requireNonNull(in, LIST),
                                        StandardCharsets.UTF_8))) {
            lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> read(line, plugins));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.unmodifiableMap(plugins);
    }

    private static void read(String line, Map<String, Absent> plugins) {
        String[] parts = line.split(" : ", 2);
        List<String> words = List.of(parts[0].strip().split(" +"));
        plugins.put(words.get(0), new Absent(words.subList(1, words.size()), parts[1].strip()));
    }
}
