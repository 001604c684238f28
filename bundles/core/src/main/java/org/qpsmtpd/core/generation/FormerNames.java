package org.qpsmtpd.core.generation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What names meant in earlier releases of qpsmtpd: those that the plugins which are installed say
 * of themselves, and those of qpsmtpd's plugins that are not there yet, from a list of the core.
 */
public final class FormerNames {
    private static final String LIST = "absent-plugins";

    /** Plugins of qpsmtpd that may be missing, each with its former names. */
    private static final Map<String, List<String>> ABSENT = read();

    private final Map<String, Meaning> meanings = new HashMap<>();

    /**
     * What a name stands for.
     *
     * @param plugin today's name
     * @param arguments words that come before those of the line; may be empty
     */
    record Meaning(String plugin, String arguments) {}

    private FormerNames() {}

    /**
     * Those of the installed plugins, and of qpsmtpd's that are not there.
     *
     * @param declared the former names of each plugin that is installed, as {@link
     *     org.qpsmtpd.api.plugin.Plugin#formerly} has them
     */
    public static FormerNames of(Map<String, List<String>> declared) {
        FormerNames names = new FormerNames();
        ABSENT.forEach(names::add);
        declared.forEach(names::add);
        declared.keySet().forEach(names.meanings::remove);
        return names;
    }

    /** Whether a plugin is one of qpsmtpd, there or not. */
    static boolean isOfQpsmtpd(String plugin) {
        return ABSENT.containsKey(plugin);
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

    private static Map<String, List<String>> read() {
        Map<String, List<String>> plugins = new HashMap<>();
        try (InputStream in = FormerNames.class.getResourceAsStream(LIST);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        Objects.requireNonNull(in, LIST),
                                        StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> words = new ArrayList<>(List.of(line.strip().split(" +", -1)));
                String plugin = words.remove(0);
                if (!plugin.isEmpty() && !plugin.startsWith("#")) {
                    plugins.put(plugin, List.copyOf(words));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.unmodifiableMap(plugins);
    }
}
