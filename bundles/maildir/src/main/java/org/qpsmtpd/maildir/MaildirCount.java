package org.qpsmtpd.maildir;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the messages of a maildir and its folders, but for those in the trash. */
final class MaildirCount {
    private static final String TRASH = ".Trash";
    private static final Pattern SIZE = Pattern.compile(",S=([0-9]{1,18})(?=[,:]|$)");
    private static final Pattern TRASHED = Pattern.compile(":2,[^,]*T[^,]*$");

    private final Path maildir;
    private long octets;
    private long messages;

    MaildirCount(Path maildir) {
        this.maildir = maildir;
    }

    Quota.Use use() throws IOException {
        countFolder(maildir);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(maildir, ".*")) {
            for (Path folder : folders) {
                if (!folder.endsWith(TRASH)
                        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                    countFolder(folder);
                }
            }
        }
        return new Quota.Use(octets, messages);
    }

    private void countFolder(Path folder) throws IOException {
        for (Path part : List.of(Maildirs.delivered(folder), folder.resolve("cur"))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
                for (Path file : files) {
                    count(file);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                // A folder that is being made or deleted holds nothing.
            }
        }
    }

    private void count(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (TRASHED.matcher(name).find()) {
            return;
        }
        Matcher said = SIZE.matcher(name);
        try {
            octets += said.find() ? Long.parseLong(said.group(1)) : Files.size(file);
            messages++;
        } catch (NoSuchFileException e) {
            // A reader has moved or deleted it.
        }
    }
}
