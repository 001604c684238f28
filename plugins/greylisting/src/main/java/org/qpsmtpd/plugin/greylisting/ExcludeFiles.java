package org.qpsmtpd.plugin.greylisting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.service.ServerHome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that {@code greylist_exclude_files} names, read aside from all sessions, and again when
 * one has changed, which is looked for every ten seconds.
 */
final class ExcludeFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ExcludeFiles.class);
    private static final long RECHECK_NANOS = 10_000_000_000L;
    private static final long LARGEST = 4L << 20;

    private final ServerHome home;
    private final Patterns patterns;
    private final LongSupplier nanos;
    private final AtomicReference<@Nullable Loaded> loaded = new AtomicReference<>();

    /**
     * What was read.
     *
     * @param stamp tells one state of the files from another
     */
    private record Contents(String stamp, ExcludeList list) {}

    private record Loaded(List<String> names, long checked, CompletableFuture<Contents> contents) {}

    /**
     * @param nanos a clock that only runs forward, as {@link System#nanoTime}
     */
    ExcludeFiles(ServerHome home, Patterns patterns, LongSupplier nanos) {
        this.home = home;
        this.patterns = patterns;
        this.nanos = nanos;
    }

    /** The list of these files; a stage that is not complete while they are read first. */
    CompletionStage<ExcludeList> list(List<String> names) {
        if (names.isEmpty()) {
            return CompletableFuture.completedFuture(ExcludeList.EMPTY);
        }
        Loaded known = loaded.get();
        if (known == null || !known.names().equals(names)) {
            return replace(known, names).thenApply(Contents::list);
        }
        boolean old = nanos.getAsLong() - known.checked() > RECHECK_NANOS;
        if (old && known.contents().isDone()) {
            recheck(known);
        }
        return known.contents().thenApply(Contents::list);
    }

    private CompletableFuture<Contents> replace(@Nullable Loaded known, List<String> names) {
        CompletableFuture<Contents> contents = new CompletableFuture<>();
        if (loaded.compareAndSet(known, new Loaded(names, nanos.getAsLong(), contents))) {
            contents.completeAsync(() -> read(names, null));
            return contents;
        }
        Loaded other = loaded.get();
        return other != null && other.names().equals(names)
                ? other.contents()
                : CompletableFuture.supplyAsync(() -> read(names, null));
    }

    /** What was read before is used until the files have been looked at. */
    private void recheck(Loaded known) {
        Loaded checking = new Loaded(known.names(), nanos.getAsLong(), known.contents());
        if (loaded.compareAndSet(known, checking)) {
            var unused = CompletableFuture.runAsync(() -> readAgain(checking));
        }
    }

    private void readAgain(Loaded checking) {
        Contents now = read(checking.names(), checking.contents().join());
        CompletableFuture<Contents> done = CompletableFuture.completedFuture(now);
        loaded.compareAndSet(checking, new Loaded(checking.names(), checking.checked(), done));
    }

    private Contents read(List<String> names, @Nullable Contents before) {
        List<Path> files = names.stream().map(this::file).toList();
        StringBuilder stamp = new StringBuilder();
        files.forEach(file -> stamp.append(stampOf(file)).append(' '));
        if (before != null && before.stamp().contentEquals(stamp)) {
            return before;
        }
        ExcludeList list = new ExcludeList();
        files.forEach(file -> read(file, list));
        return new Contents(stamp.toString(), list);
    }

    private static String stampOf(Path file) {
        try {
            return Files.getLastModifiedTime(file) + "," + Files.size(file);
        } catch (IOException e) {
            return "missing";
        }
    }

    /** Beside the server's folder or in the configuration, when the path is not absolute. */
    private Path file(String name) {
        List<Path> folders = new ArrayList<>();
        folders.add(home.configDirectories().get(0).resolveSibling(""));
        folders.addAll(home.configDirectories());
        return folders.stream()
                .map(folder -> folder.resolve(name).normalize())
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(folders.get(0).resolve(name).normalize());
    }

    private void read(Path file, ExcludeList list) {
        try {
            if (Files.size(file) > LARGEST) {
                LOG.warn("{}: left out: it has more than {} octets", file, LARGEST);
                return;
            }
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            int number = 0;
            for (String line : text.split("\n", -1)) {
                number++;
                addLine(line, file, number, list);
            }
        } catch (IOException e) {
            LOG.warn("{}: left out, it cannot be read: {}", file, e.getMessage());
        }
    }

    private void addLine(String line, Path file, int number, ExcludeList list) {
        String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
        if (entry.isEmpty()) {
            return;
        }
        try {
            list.add(entry, patterns);
        } catch (IllegalArgumentException e) {
            LOG.warn("{}:{}: left out: {}", file, number, e.getMessage());
        }
    }
}
