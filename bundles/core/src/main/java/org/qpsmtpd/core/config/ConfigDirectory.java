package org.qpsmtpd.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.config.ConfigReader.Contents;
import org.qpsmtpd.core.log.LogRouter;

/**
 * The files of the configuration directories. A name is read once; afterwards {@link #refresh},
 * called by a timer, notices changes, so that a look-up costs a map access and no system call. A
 * file that cannot be read is tried again at each of these looks; what was read of it before stays
 * in use meanwhile.
 */
public final class ConfigDirectory implements Config {
    private static final int MAX_NAME = 200;
    private static final String ME = CoreFile.ME.file();
    private static final List<ConfigLine> TIMEOUT = List.of(new ConfigLine("1200", "default", 0));

    private final ConfigSource source;
    private final LogRouter log;
    private final Map<String, Known> cache = new ConcurrentHashMap<>();
    private final Map<Path, CdbFile> maps = new ConcurrentHashMap<>();
    private final Map<String, List<String>> folders = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final OwnName host;
    private volatile long version;

    /**
     * What is known of a name.
     *
     * @param contents what the last attempt to read it came to
     * @param lines the values when it could be read last; null when it never could
     */
    private record Known(Contents contents, @Nullable List<ConfigLine> lines) {
        boolean isDue() {
            return !contents.failure().isEmpty() || contents.changed();
        }
    }

    /**
     * @param directories where files are looked for, most important first
     */
    public ConfigDirectory(List<Path> directories, LogRouter log) {
        this(directories, log, new OwnName());
    }

    ConfigDirectory(List<Path> directories, LogRouter log, OwnName host) {
        this.source = new ConfigSource(directories);
        this.log = log;
        this.host = host;
    }

    @Override
    public List<ConfigLine> lines(String name) {
        Known known = cache.get(name);
        if (known == null) {
            if (!isPlain(name)) {
                return List.of();
            }
            known = cache.computeIfAbsent(name, unknown -> read(unknown, null));
        }
        List<ConfigLine> lines = known.lines();
        if (lines == null) {
            String failure = known.contents().failure();
            throw new UncheckedIOException(failure, new IOException(failure));
        }
        return lines.isEmpty() ? byDefault(name) : lines;
    }

    private List<ConfigLine> byDefault(String name) {
        if (name.equals(ME)) {
            return host.lines();
        }
        return name.equals(CoreFile.TIMEOUT.file()) ? TIMEOUT : List.of();
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
                        new IOException(unreadable(candidate, e.getMessage()), e));
            }
        }
        return Optional.empty();
    }

    /**
     * The names of the files in a folder, in order; a file that comes or goes is a change of the
     * folder's name.
     *
     * @throws UncheckedIOException when it cannot be listed
     */
    public List<String> namesIn(String folder) {
        List<String> names = source.namesIn(folder);
        folders.put(folder, names);
        return names;
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

    /**
     * Looks whether files changed, and reads those that did, and those that could not be read.
     * Waits for the disk.
     */
    public void refresh() {
        maps.forEach(this::refresh);
        if (host.refresh()) {
            changed();
            listeners.forEach(listener -> listener.accept(ME));
        }
        folders.forEach(this::refresh);
        cache.forEach(
                (name, known) -> {
                    if (known.isDue()) {
                        replace(name, known);
                    }
                });
    }

    /** What was in a folder that cannot be read is taken to be there still. */
    private void refresh(String folder, List<String> before) {
        try {
            List<String> now = source.namesIn(folder);
            if (!now.equals(before)) {
                folders.put(folder, now);
                changed();
                listeners.forEach(listener -> listener.accept(folder));
            }
        } catch (UncheckedIOException e) {
            log.log(LogLevel.DEBUG, String.valueOf(e.getMessage()));
        }
    }

    private void refresh(Path path, CdbFile file) {
        String before = file.failure();
        file.refresh();
        tell(
                path.toString(),
                unreadable(path, before),
                unreadable(path, file.failure()),
                file.isKnown());
    }

    /** Reads every known name anew, changed or not. */
    public void reload() {
        cache.forEach(this::replace);
    }

    /**
     * Reads those of some names that have a file, so that what is wrong with them is said before
     * somebody asks.
     */
    public void readAhead(Collection<String> names) {
        for (String name : names) {
            if (source.candidates(name).stream().anyMatch(ConfigSource::exists)) {
                cache.computeIfAbsent(name, unknown -> read(unknown, null));
            }
        }
    }

    /** What is wrong with files that have been read, a sentence each. */
    public Set<String> findings() {
        return cache.values().stream()
                .flatMap(known -> known.contents().findings().stream())
                .map(Finding::sentence)
                .collect(Collectors.toSet());
    }

    /** What cannot be read at present, a sentence each with the file. */
    public List<String> failures() {
        List<String> failures = new ArrayList<>();
        cache.values().forEach(known -> failures.add(known.contents().failure()));
        maps.forEach((path, file) -> failures.add(unreadable(path, file.failure())));
        return failures.stream().filter(failure -> !failure.isEmpty()).distinct().sorted().toList();
    }

    private void replace(String name, Known before) {
        Known now = read(name, before);
        cache.put(name, now);
        if (!Objects.equals(now.lines(), before.lines())) {
            changed();
            listeners.forEach(listener -> listener.accept(name));
        }
    }

    private synchronized void changed() {
        version++;
    }

    private Known read(String name, @Nullable Known before) {
        Contents now = ConfigReader.read(source, name);
        List<ConfigLine> last = before == null ? null : before.lines();
        List<Finding> told = before == null ? List.of() : before.contents().findings();
        for (Finding finding : now.findings()) {
            if (!told.contains(finding) && !finding.sentence().equals(now.failure())) {
                log.log(LogLevel.WARN, finding.sentence());
            }
        }
        tell(name, before == null ? "" : before.contents().failure(), now.failure(), last != null);
        // The same list instance tells parsed views that nothing changed.
        boolean same = !now.failure().isEmpty() || now.lines().equals(last);
        return new Known(now, same ? last : now.lines());
    }

    /** Says once that something cannot be read, and once that it can be again. */
    private void tell(String what, String before, String now, boolean known) {
        if (now.equals(before)) {
            return;
        }
        if (now.isEmpty()) {
            log.log(LogLevel.WARN, what + " can be read again");
            return;
        }
        String meanwhile = known ? "; what was read before stays in use until it can be" : "";
        log.log(LogLevel.ERROR, now + meanwhile);
    }

    private static String unreadable(Path path, @Nullable String reason) {
        return reason == null || reason.isEmpty() ? "" : path + ": cannot be read: " + reason;
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && name.indexOf('\0') < 0
                && isPlainPath(name);
    }

    /** A file, or one in a folder; neither name is hidden, or climbs. */
    private static boolean isPlainPath(String name) {
        int slash = name.indexOf('/');
        String file = name.substring(slash + 1);
        return !name.startsWith(".")
                && slash != 0
                && !file.isEmpty()
                && !file.startsWith(".")
                && file.indexOf('/') < 0;
    }
}
