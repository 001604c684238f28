package org.qpsmtpd.core.config;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.config.ConfigReader.Contents;
import org.qpsmtpd.core.config.ConfigSource.Stamp;

/**
 * Configuration files found and read as a server does, but read each time, and with nothing logged:
 * what is wrong is handed out instead.
 */
public final class ConfigFiles {
    private final ConfigSource source;

    /**
     * A file as it was read.
     *
     * @param lines its values, as far as they could be read
     * @param looked all paths that were looked at, also those of includes, found or not
     * @param findings what is wrong with the file or its includes
     */
    public record Reading(List<ConfigLine> lines, List<Path> looked, List<Finding> findings) {}

    /**
     * @param directories where files are looked for, most important first
     */
    public ConfigFiles(List<Path> directories) {
        source = new ConfigSource(directories);
    }

    /** The path that a server would read for a name; absent when there is none. */
    public Optional<Path> find(String name) {
        return source.candidates(name).stream().filter(ConfigSource::exists).findFirst();
    }

    /** Reads a name; a missing file has no values and nothing wrong with it. */
    public Reading read(String name) {
        Contents contents = ConfigReader.read(source, name);
        List<Path> looked = contents.stamps().stream().map(Stamp::path).toList();
        return new Reading(contents.lines(), looked, contents.findings());
    }

    /**
     * The names of the files in a folder, in order.
     *
     * @throws UncheckedIOException when it cannot be listed
     */
    public List<String> namesIn(String folder) {
        return source.namesIn(folder);
    }
}
