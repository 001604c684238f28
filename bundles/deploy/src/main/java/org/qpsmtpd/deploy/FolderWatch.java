package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks what has changed in the folder: new files, times, sizes and rights, folders, and what
 * somebody exchanged under the same time and size. Used by one thread alone.
 */
final class FolderWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    /** Most files that are looked at, since who may add to a sticky folder may add many. */
    private static final int MOST_FILES = 2_000;

    private static final char UNREADABLE = '\uFFFD';

    private final Path folder;
    private final Roster roster;
    private final List<Path> configDirectories;
    private boolean complained;
    private Map<String, UnixFile> seen = new HashMap<>();
    private Optional<UnixFile> signers;

    FolderWatch(FolderSettings settings, Roster roster) {
        this.folder = settings.folder();
        this.configDirectories = settings.configDirectories();
        this.roster = roster;
        this.signers = signers();
    }

    /** Names of all jars and configurations in the folder; empty when there is no folder. */
    Set<String> files() {
        return list().orElse(Set.of());
    }

    private Optional<Set<String>> list() {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (isOurs(name) && isPlain(name) && names.size() < MOST_FILES) {
                    names.add(name);
                } else if (isOurs(name)) {
                    passOver(name);
                }
            }
            return Optional.of(names);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{} cannot be listed", folder, e);
            return Optional.empty();
        }
    }

    private static boolean isOurs(String name) {
        return name.endsWith(Jar.ENDING) || ConfigurationFile.isNamed(name);
    }

    /** A name that the file system's encoding cannot tell does not lead back to its file. */
    private static boolean isPlain(String name) {
        return name.chars().noneMatch(c -> Character.isISOControl(c) || c == UNREADABLE);
    }

    private void passOver(String name) {
        if (!complained) {
            complained = true;
            LOG.warn(
                    "{} holds what is not looked at, such as '{}': more than {} files, or names with"
                            + " characters that are none",
                    folder,
                    OneLine.of(name),
                    MOST_FILES);
        }
    }

    /**
     * Names of the files that are gone, and of those that look as they did at the last call and not
     * as they did when they were handled.
     */
    Set<String> changed() {
        Optional<Set<String>> files = list();
        if (files.isEmpty()) {
            return Set.of();
        }
        Map<String, UnixFile> now = new HashMap<>();
        files.get().forEach(name -> look(name).ifPresent(file -> now.put(name, file)));
        Set<String> changed = new TreeSet<>(roster.present());
        changed.removeAll(files.get());
        now.forEach(
                (name, file) -> {
                    if (file.equals(seen.get(name)) && !roster.isHandled(name, file)) {
                        changed.add(name);
                    }
                });
        seen = now;
        return changed;
    }

    private Optional<UnixFile> look(String name) {
        try {
            return UnixFile.at(folder.resolve(name));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** Whether the list of signers, or where it is, is another than at the last call. */
    boolean signersChanged() {
        Optional<UnixFile> before = signers;
        signers = signers();
        return !before.equals(signers);
    }

    private Optional<UnixFile> signers() {
        try {
            Optional<Path> file = SignerCheck.file(configDirectories);
            return file.isEmpty() ? Optional.empty() : UnixFile.at(file.get());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
