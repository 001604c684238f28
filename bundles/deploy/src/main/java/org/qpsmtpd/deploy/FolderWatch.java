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
 * A second look at the folder, about once a second. FileInstall tells of new times and sizes; it
 * does not tell of changed rights, of folders, of what somebody exchanged under the same time and
 * size, and of events that the system dropped. Used by one thread alone.
 */
final class FolderWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    private final Path folder;
    private final Roster roster;
    private final List<Path> configDirectories;
    private Map<String, UnixFile> seen = new HashMap<>();
    private Optional<UnixFile> signers;

    FolderWatch(FolderSettings settings, Roster roster) {
        this.folder = settings.folder();
        this.configDirectories = settings.configDirectories();
        this.roster = roster;
        this.signers = signers();
    }

    /** Names of all jars in the folder; empty when there is no folder. */
    Set<String> jars() {
        return list().orElse(Set.of());
    }

    private Optional<Set<String>> list() {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + Jar.ENDING)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
            return Optional.of(names);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{} cannot be listed", folder, e);
            return Optional.empty();
        }
    }

    /**
     * Names of the jars that are gone, and of those that look as they did at the last call and not
     * as they did when they were handled.
     */
    Set<String> changed() {
        Optional<Set<String>> jars = list();
        if (jars.isEmpty()) {
            return Set.of();
        }
        Map<String, UnixFile> now = new HashMap<>();
        jars.get().forEach(jar -> look(jar).ifPresent(file -> now.put(jar, file)));
        Set<String> changed = new TreeSet<>(roster.present());
        changed.removeAll(jars.get());
        now.forEach(
                (jar, file) -> {
                    if (file.equals(seen.get(jar)) && !roster.isHandled(jar, file)) {
                        changed.add(jar);
                    }
                });
        seen = now;
        return changed;
    }

    private Optional<UnixFile> look(String jar) {
        try {
            return UnixFile.at(folder.resolve(jar));
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
