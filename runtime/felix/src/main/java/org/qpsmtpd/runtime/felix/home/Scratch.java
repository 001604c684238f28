package org.qpsmtpd.runtime.felix.home;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.runtime.felix.host.Folders;
import org.qpsmtpd.runtime.felix.host.Privileges;
import org.qpsmtpd.runtime.felix.host.Processes;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.socket.AttachSocket;

/**
 * Room on disk for one run of the server: {@code var/cache-PID} in the distribution, or a private
 * folder in the system's place for temporary files when {@code var} is not this user's. Made anew
 * for each run, deleted at its end; what a killed run left behind goes at the next start.
 *
 * @param var the writable folder that the core is told about
 * @param cache the folder of this run alone, inside {@code var}
 */
public record Scratch(Path var, Path cache, boolean temporary) {
    private static final Pattern OF_PROCESS =
            Pattern.compile("(?:cache-|console-|attach-)([0-9]{1,10})(?:\\.sock)?");

    /** Opens as the user who will serve, so after any change of user. */
    public static Scratch open(Path var) throws IOException, StartFailure {
        if (!isOurs(var)) {
            return openTemporary();
        }
        deleteLeftOvers(var);
        return of(var, false);
    }

    /**
     * Opens in the system's place for temporary files.
     *
     * @throws StartFailure with status 1 when nothing can be written there either
     */
    public static Scratch openTemporary() throws StartFailure {
        try {
            Path made = Files.createTempDirectory("qpsmtpd-", Folders.PRIVATE);
            FolderTrust.requireForRoot(made);
            return of(made, true);
        } catch (IOException e) {
            throw StartFailure.failed(
                    "FATAL: neither var/ of the distribution nor the place for temporary files can"
                            + " be used: "
                            + OneLine.reason(e)
                            + ": let the server's user write to one of them");
        }
    }

    private static Scratch of(Path var, boolean temporary) throws IOException {
        Path cache = var.resolve("cache-" + ProcessHandle.current().pid());
        Files.createDirectory(cache, Folders.PRIVATE);
        return new Scratch(var, cache, temporary);
    }

    /** A folder inside the cache, made if need be. */
    public Path folder(String name) throws IOException {
        Path folder = cache.resolve(name);
        return Files.isDirectory(folder) ? folder : Files.createDirectory(folder, Folders.PRIVATE);
    }

    /** The console's socket: the one that {@code QPSMTPD_CONSOLE} names, else one of this run. */
    public Path consoleSocket() {
        return socket("console", "QPSMTPD_CONSOLE");
    }

    /**
     * The socket that {@code bin/qpsmtpd --attach} connects to: the one that {@code QPSMTPD_ATTACH}
     * names, else one of this run.
     */
    public Path attachSocket() {
        return socket("attach", AttachSocket.VARIABLE);
    }

    private Path socket(String name, String variable) {
        @Nullable String named = System.getenv(variable);
        String ours = name + "-" + ProcessHandle.current().pid() + ".sock";
        return named == null || named.isEmpty()
                ? var.resolve(ours)
                : Path.of(named).toAbsolutePath().normalize();
    }

    /** Deletes what {@link #open} made. */
    public void delete() throws IOException {
        deleteTree(temporary ? var : cache);
    }

    /** Somebody else's folder is not used even by root: its owner could exchange the bundles. */
    private static boolean isOurs(Path var) {
        try {
            FolderTrust.requireForRoot(var);
            if (!Files.exists(var, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(var, Folders.PRIVATE);
            }
            Object owner = Files.getAttribute(var, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            return Files.isDirectory(var, LinkOption.NOFOLLOW_LINKS)
                    && owner.equals(Privileges.uid())
                    && Files.isWritable(var);
        } catch (IOException e) {
            return false;
        }
    }

    private static void deleteLeftOvers(Path var) throws IOException {
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(var, "{cache,console,attach}-*")) {
            for (Path entry : entries) {
                Matcher matcher = OF_PROCESS.matcher(entry.getFileName().toString());
                if (matcher.matches() && isLeftOver(Long.parseLong(matcher.group(1)))) {
                    deleteTree(entry);
                }
            }
        }
    }

    private static boolean isLeftOver(long pid) {
        return pid == ProcessHandle.current().pid() || !Processes.isAlive(pid);
    }

    private static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) {
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
