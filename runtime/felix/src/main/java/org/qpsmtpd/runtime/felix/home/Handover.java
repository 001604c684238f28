package org.qpsmtpd.runtime.felix.home;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.qpsmtpd.runtime.felix.host.Account;

/**
 * Gives what a server of root's made to the user who serves from now on, and finds what stays
 * root's. Links are left alone, both kinds.
 */
public final class Handover {
    private static final int ROOT = 0;
    private static final int OTHERS_MAY_WRITE = 0022;

    /** A maildir has its files two levels below. */
    private static final int DEPTH = 2;

    /** What root rotates is not written any more. */
    private static final Pattern ROTATED = Pattern.compile(".*\\.(?:[0-9]+|gz|bz2|xz|zst)");

    private Handover() {}

    /**
     * As root: gives a folder of root's and all in it that is root's. What is in a folder goes
     * before the folder itself, so that nobody but root can exchange what is looked at. Nothing is
     * done in a folder that others can change already.
     */
    static void give(Path folder, Account account) throws IOException {
        if (!isRootsAlone(folder)) {
            return;
        }
        for (Path entry : entries(folder)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                give(entry, account);
            } else if (isPlainFileOfRoots(entry)) {
                giveEntry(entry, account);
            }
        }
        giveEntry(folder, account);
    }

    private static void giveEntry(Path entry, Account account) throws IOException {
        Files.setAttribute(entry, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(entry, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Finds something of root's in a folder, which another user who serves cannot write.
     *
     * @return empty as well when the folder is empty or missing, or whoever looks is kept from
     *     looking by another than root
     */
    static Optional<Path> roots(Path folder) throws IOException {
        return roots(folder, DEPTH);
    }

    private static Optional<Path> roots(Path folder, int depth) throws IOException {
        try {
            for (Path entry : entries(folder)) {
                if (isToBeWritten(entry) && isRoots(entry)) {
                    return Optional.of(entry);
                }
                boolean deeper = depth > 1 && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
                Optional<Path> found = deeper ? roots(entry, depth - 1) : Optional.empty();
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        } catch (AccessDeniedException e) {
            return isRoots(folder) ? Optional.of(folder) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // it went meanwhile
        }
    }

    private static boolean isToBeWritten(Path entry) {
        return !Files.isSymbolicLink(entry)
                && !ROTATED.matcher(entry.getFileName().toString()).matches();
    }

    private static List<Path> entries(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
                stream.forEach(entries::add);
            }
        }
        return entries;
    }

    private static boolean isRootsAlone(Path folder) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && isRoots(folder)
                && (number(folder, "mode") & OTHERS_MAY_WRITE) == 0;
    }

    private static boolean isPlainFileOfRoots(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && isRoots(file)
                && number(file, "nlink") == 1;
    }

    private static boolean isRoots(Path path) throws IOException {
        return number(path, "uid") == ROOT;
    }

    private static int number(Path path, String attribute) throws IOException {
        Object value = Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
        return ((Number) Objects.requireNonNull(value, attribute)).intValue();
    }
}
