package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.qpsmtpd.api.service.FolderTrust;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes {@code x.jar.rejected} beside files that are not taken. Used by one thread at a time.
 */
final class RejectedNote {
    static final String ENDING = ".rejected";

    private static final Logger LOG = LoggerFactory.getLogger(RejectedNote.class);

    private final Path folder;
    private boolean complained;

    RejectedNote(Path folder) {
        this.folder = folder;
    }

    /** Writes the note of a jar, in place of an earlier one. */
    void write(String jar, Instant time, String reason, String advice) {
        String text =
                "file: %s%ntime: %s%nreason: %s%nwhat to do: %s%n"
                        .formatted(jar, time.truncatedTo(ChronoUnit.SECONDS), reason, advice);
        Path note = note(jar);
        try {
            FolderTrust.requireForRoot(folder);
            Files.deleteIfExists(note);
            // Made anew, so that a link which somebody puts there is not followed.
            Files.writeString(
                    note,
                    text,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            complain(note, e);
        }
    }

    private void complain(Path note, IOException e) {
        if (!complained) {
            complained = true;
            LOG.warn(
                    "{} cannot be written or removed: why a file is not taken is in this log and at"
                            + " the console only: {}",
                    note,
                    e.toString());
        }
    }

    /** Removes the note of a jar, if there is one. */
    void delete(String jar) {
        Path note = note(jar);
        try {
            FolderTrust.requireForRoot(folder);
            if (Files.isRegularFile(note, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(note);
            }
        } catch (IOException e) {
            complain(note, e);
        }
    }

    /** Removes the notes of files that are not there. */
    void deleteOrphans() {
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path note : notes) {
                String name = note.getFileName().toString();
                String file = name.substring(0, name.length() - ENDING.length());
                boolean ours = file.endsWith(Jar.ENDING) || ConfigurationFile.isNamed(file);
                if (ours && Files.notExists(note.resolveSibling(file), LinkOption.NOFOLLOW_LINKS)) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            LOG.debug("notes of {} cannot be listed", folder, e);
        }
    }

    private Path note(String jar) {
        return folder.resolve(jar + ENDING);
    }
}
