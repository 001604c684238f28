package org.qpsmtpd.plugin.userconfig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of users, and what was read of them: each is looked at once a second at most, and read
 * when it has changed. One that cannot be read counts as it was when it could be.
 */
final class UserFiles {
    /** Octets that a file may have. */
    static final int LARGEST = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(UserFiles.class);
    private static final long RECHECK_NANOS = 1_000_000_000L;

    /** A file that changed so shortly before may change again without a trace. */
    private static final long YOUNG_MILLIS = 2_000;

    private static final int MOST_FILES = 10_000;
    private static final long MOST_CHARACTERS = 8L << 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final boolean followsLinks;
    private final LongSupplier nanos;
    private final Map<Place, Seen> known = new ConcurrentHashMap<>();
    private final AtomicLong characters = new AtomicLong();

    /** What tells one state of a file from another. */
    private record Stamp(FileTime modified, long size, @Nullable Object key) {
        static Stamp of(BasicFileAttributes found) {
            return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
        }

        boolean isYoung() {
            return System.currentTimeMillis() - modified.toMillis() < YOUNG_MILLIS;
        }
    }

    /**
     * A file as it was seen.
     *
     * @param values absent when there is none
     * @param stamp null when it must be read at the next look
     * @param fault why it could not be read then; empty when it could
     */
    private record Seen(
            Optional<List<String>> values, @Nullable Stamp stamp, String fault, long looked) {
        long characters() {
            return values.stream().flatMap(List::stream).mapToLong(String::length).sum();
        }
    }

    /**
     * @param followsLinks whether links below the base are followed
     * @param nanos a clock that only runs forward, as {@link System#nanoTime}
     */
    UserFiles(boolean followsLinks, LongSupplier nanos) {
        this.followsLinks = followsLinks;
        this.nanos = nanos;
    }

    /** The values of a file; absent when there is none. The same list until it changes. */
    Optional<List<String>> values(Path base, List<String> names) {
        Place place = new Place(base, names);
        Seen before = known.get(place);
        if (before != null && nanos.getAsLong() - before.looked() < RECHECK_NANOS) {
            return before.values();
        }
        Seen now = look(place, before);
        remember(place, before, now);
        return now.values();
    }

    int kept() {
        return known.size();
    }

    private void remember(Place place, @Nullable Seen before, Seen now) {
        long more = now.characters() - (before == null ? 0 : before.characters());
        if (known.size() >= MOST_FILES || characters.addAndGet(more) > MOST_CHARACTERS) {
            known.clear();
            characters.set(now.characters());
        }
        known.put(place, now);
    }

    private Seen look(Place place, @Nullable Seen before) {
        try {
            return followsLinks
                    ? place.byPath(file -> seen(file, before))
                    : place.stepByStep(file -> seen(file, before));
        } catch (NoSuchFileException | NotDirectoryException | InvalidPathException e) {
            return new Seen(Optional.empty(), null, "", nanos.getAsLong());
        } catch (IOException e) {
            return unreadable(place, reason(e), before);
        }
    }

    private Seen seen(Place.Reached file, @Nullable Seen before) throws IOException {
        BasicFileAttributes found = file.attributes();
        if (found.isSymbolicLink()) {
            throw new IOException("it is a symbolic link");
        }
        if (!found.isRegularFile()) {
            throw new IOException("it is no file");
        }
        Stamp stamp = Stamp.of(found);
        if (before != null && stamp.equals(before.stamp())) {
            return new Seen(before.values(), stamp, before.fault(), nanos.getAsLong());
        }
        byte[] octets = Place.read(file, LARGEST);
        if (octets.length > LARGEST) {
            throw new IOException("it has more than " + LARGEST + " octets");
        }
        List<String> values = values(octets);
        Optional<List<String>> same =
                before == null ? Optional.empty() : before.values().filter(values::equals);
        return new Seen(
                Optional.of(same.orElse(values)),
                stamp.isYoung() ? null : stamp,
                "",
                nanos.getAsLong());
    }

    /** The lines of a file, without comments and empty ones. */
    private static List<String> values(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        String plain = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        return plain.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private Seen unreadable(Place place, String fault, @Nullable Seen before) {
        if (before == null || !before.fault().equals(fault)) {
            LOG.warn(
                    "{} cannot be read, {}: {}",
                    place.path(),
                    before != null && before.values().isPresent()
                            ? "it counts as it was"
                            : "the server's own counts",
                    fault);
        }
        Optional<List<String>> last = before == null ? Optional.empty() : before.values();
        return new Seen(last, null, fault, nanos.getAsLong());
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied; the server's user needs r-x on each folder, r on the file";
        }
        return e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : String.valueOf(e.getMessage());
    }
}
