package org.qpsmtpd.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.config.ConfigReader.Contents;
import org.qpsmtpd.core.log.LogRouter;

/**
 * The files of the configuration directories. A name is read once; afterwards {@link #refresh},
 * called by a timer, notices changes, so that a look-up costs a map access and no system call.
 */
public final class ConfigDirectory implements Config {
    private static final int MAX_NAME = 200;

    private final ConfigSource source;
    private final LogRouter log;
    private final Map<String, Contents> cache = new ConcurrentHashMap<>();
    private final Map<Path, CdbFile> maps = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, List<ConfigLine>> defaults;
    private volatile long version;

    /**
     * @param directories where files are looked for, most important first
     */
    public ConfigDirectory(List<Path> directories, LogRouter log) {
        this.source = new ConfigSource(directories);
        this.log = log;
        this.defaults =
                Map.of(
                        "me", List.of(new ConfigLine(hostName(), "host name", 0)),
                        "timeout", List.of(new ConfigLine("1200", "default", 0)));
    }

    @Override
    public List<ConfigLine> lines(String name) {
        Contents contents = cache.get(name);
        if (contents == null) {
            if (!isPlain(name)) {
                return List.of();
            }
            contents = cache.computeIfAbsent(name, this::read);
        }
        if (!contents.failure().isEmpty()) {
            throw new UncheckedIOException(contents.failure(), new IOException(contents.failure()));
        }
        return contents.lines().isEmpty()
                ? defaults.getOrDefault(name, contents.lines())
                : contents.lines();
    }

    @Override
    public Optional<String> map(String name, String key) {
        if (!isPlain(name)) {
            return Optional.empty();
        }
        for (Path candidate : source.candidates(name + ".cdb")) {
            CdbFile file = maps.computeIfAbsent(candidate, CdbFile::new);
            try {
                if (file.exists()) {
                    return file.get(key);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        new IOException(candidate + ": cannot be read: " + e.getMessage(), e));
            }
        }
        return Optional.empty();
    }

    /** Counts up whenever a file's contents changed. */
    public long version() {
        return version;
    }

    /**
     * Calls back with the name of each file whose contents changed, on the thread that refreshes.
     */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Looks whether files changed, and reads those that did. Waits for the disk. */
    public void refresh() {
        maps.values().forEach(CdbFile::refresh);
        cache.forEach(
                (name, contents) -> {
                    if (contents.changed()) {
                        replace(name, contents);
                    }
                });
    }

    /** Reads every known name anew, changed or not. */
    public void reload() {
        cache.forEach(this::replace);
    }

    private void replace(String name, Contents before) {
        Contents now = read(name);
        boolean same = now.lines().equals(before.lines()) && now.failure().equals(before.failure());
        // The same list instance tells parsed views that nothing changed.
        cache.put(
                name,
                same
                        ? new Contents(
                                before.lines(),
                                now.stamps(),
                                now.problems(),
                                now.failure(),
                                now.findings())
                        : now);
        if (!same) {
            changed();
            listeners.forEach(listener -> listener.accept(name));
        }
    }

    private synchronized void changed() {
        version++;
    }

    private Contents read(String name) {
        Contents contents = ConfigReader.read(source, name);
        contents.problems().forEach(problem -> log.log(LogLevel.ERROR, problem));
        return contents;
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0
                && !name.startsWith(".");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
