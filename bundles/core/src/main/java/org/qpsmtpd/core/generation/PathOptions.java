package org.qpsmtpd.core.generation;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.chain.PluginFault;

/**
 * The options of a plugin that hold a path. What is relative is looked for in several places, since
 * qpsmtpd is started in the folder above its configuration directory.
 *
 * @param names the options
 * @param places absolute folders, most important first
 */
record PathOptions(Set<String> names, List<Path> places) {
    /** No option of a plugin holds a path. */
    static final PathOptions NONE = new PathOptions(Set.of(), List.of());

    /** Those of a plugin of the server with a configuration directory. */
    static PathOptions of(List<String> names, Path configDirectory) {
        List<Path> places = new ArrayList<>();
        @Nullable String home = System.getProperty("org.qpsmtpd.home");
        if (home != null) {
            places.add(Path.of(home).toAbsolutePath());
        }
        Path config = configDirectory.toAbsolutePath();
        places.add(config);
        places.add(config.resolveSibling(""));
        return new PathOptions(Set.copyOf(names), List.copyOf(places));
    }

    /** An option's text as the plugin gets it. */
    String resolved(String option, String text) throws PluginFault {
        if (!names.contains(option) || text.isEmpty()) {
            return text;
        }
        if (text.startsWith("~") || "$\"'`".chars().anyMatch(c -> text.indexOf(c) >= 0)) {
            throw new PluginFault(
                    "option '"
                            + option
                            + "': '"
                            + text
                            + "' is written for a shell; write the path as it is, without ~, $ and"
                            + " quotation marks");
        }
        try {
            return existing(Path.of(text)).toString();
        } catch (InvalidPathException e) {
            throw new PluginFault("option '" + option + "': '" + text + "' is no path");
        }
    }

    private Path existing(Path path) {
        return places.stream()
                .map(place -> place.resolve(path))
                .filter(Files::exists)
                .findFirst()
                .orElse(path);
    }
}
