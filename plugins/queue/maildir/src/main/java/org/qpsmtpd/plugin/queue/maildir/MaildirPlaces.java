package org.qpsmtpd.plugin.queue.maildir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Maildirs;
import org.qpsmtpd.maildir.SubdirPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which maildir is whose. A recipient has the place that the pattern names. Where the place of a
 * former rule is there and holds mail of this recipient alone, it stays the recipient's, and a file
 * in it says so: {@value #OWNER}. A recipient for whom the pattern names just this place has
 * another one then.
 */
final class MaildirPlaces {
    private static final Logger LOG = LoggerFactory.getLogger(MaildirPlaces.class);

    /** Names the owner of a place of the former rule, by the place that the pattern names. */
    static final String OWNER = "qpsmtpd-owner";

    private static final String SENDER = "Return-Path: ";
    private static final String RECIPIENT = "Delivered-To: ";
    private static final int MAX_REMEMBERED = 10_000;
    private static final int MAX_LOOKED_AT = 1000;
    private static final int MAX_TOP = 4096;

    private final Disk disk;
    private final Maildirs maildirs;
    private final Path root;
    private final SubdirPattern pattern;
    private final Map<Path, Path> known = new ConcurrentHashMap<>();

    /**
     * @param root the directory that holds all maildirs
     */
    MaildirPlaces(Disk disk, Maildirs maildirs, Path root, SubdirPattern pattern) {
        this.disk = disk;
        this.maildirs = maildirs;
        this.root = root;
        this.pattern = pattern;
    }

    /**
     * The recipient's maildir, which need not be there.
     *
     * @param ownName name of this server, in place of the domain of a bare {@code postmaster}
     */
    Path of(Address recipient, String ownName, Instant now) throws IOException {
        Path place = pattern.resolve(root, recipient, ownName);
        Path former = pattern.resolveFormer(root, recipient, ownName);
        if (place.equals(former) && former.toString().indexOf('_', root.toString().length()) < 0) {
            return place; // no other address has been there
        }
        Path before = known.get(place);
        return before == null ? find(recipient, ownName, former, place, now) : before;
    }

    private synchronized Path find(
            Address recipient, String ownName, Path former, Path place, Instant now)
            throws IOException {
        Path found =
                place.equals(former)
                        ? unlessTaken(recipient, ownName, place)
                        : formerOrOwn(recipient, ownName, former, place, now);
        if (known.size() >= MAX_REMEMBERED) {
            known.clear();
        }
        known.put(place, found);
        return found;
    }

    private Path unlessTaken(Address recipient, String ownName, Path place) throws IOException {
        if (owner(place).isEmpty()) {
            return place;
        }
        Path other = pattern.resolveOther(root, recipient, ownName);
        LOG.warn("mail for {} is stored in {}: {} is another's", recipient, other, place);
        return other;
    }

    private Path formerOrOwn(
            Address recipient, String ownName, Path former, Path place, Instant now)
            throws IOException {
        if (isDirectory(place) || !isDirectory(former)) {
            return place;
        }
        String owner = owner(former);
        if (owner.equals(name(place))) {
            return former;
        }
        if (owner.isEmpty() && holdsMailOfOne(former, place, ownName)) {
            maildirs.prepare(former, now);
            own(former, place);
            known.remove(former);
            return former;
        }
        LOG.warn(
                "mail for {} is stored in {} from now on: others have mail in {}, where it was",
                recipient,
                place,
                former);
        return place;
    }

    private String name(Path place) {
        return root.relativize(place).toString();
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Empty when nobody is named. */
    private static String owner(Path maildir) throws IOException {
        Path file = maildir.resolve(OWNER);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        return top(file).get(0);
    }

    private void own(Path former, Path place) throws IOException {
        Path unfinished = Maildirs.temporary(former).resolve(OWNER);
        disk.delete(unfinished);
        try (Disk.NewFile file = disk.create(unfinished)) {
            file.write(ByteBuffer.wrap((name(place) + "\n").getBytes(StandardCharsets.UTF_8)));
            file.sync();
        }
        disk.move(unfinished, former.resolve(OWNER));
        disk.syncDirectory(former);
    }

    /** Whether there is mail, and no mail of others among the first thousand files. */
    private boolean holdsMailOfOne(Path former, Path place, String ownName) throws IOException {
        int mine = 0;
        int looked = 0;
        for (Path part : List.of(Maildirs.delivered(former), former.resolve("cur"))) {
            if (!isDirectory(part)) {
                return false;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
                for (Path file : files) {
                    if (looked >= MAX_LOOKED_AT) {
                        return mine > 0;
                    }
                    String recipient = recipientIn(file);
                    looked++;
                    if (!recipient.isEmpty() && !isIn(place, recipient, ownName)) {
                        return false;
                    }
                    mine += recipient.isEmpty() ? 0 : 1;
                }
            }
        }
        return mine > 0;
    }

    private boolean isIn(Path place, String recipient, String ownName) {
        int at = recipient.lastIndexOf('@');
        String user = at < 0 ? recipient : recipient.substring(0, at);
        String host = at < 0 ? "" : recipient.substring(at + 1);
        try {
            return pattern.resolve(root, new Address(user, host), ownName).equals(place);
        } catch (IllegalArgumentException e) {
            return false; // no address, whoever wrote it
        }
    }

    /** Whose a file of this plugin is, by its second line; empty for any other file. */
    private static String recipientIn(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try {
            List<String> lines = top(file);
            boolean ours = lines.get(0).startsWith(SENDER) && lines.get(1).startsWith(RECIPIENT);
            return ours ? lines.get(1).substring(RECIPIENT.length()) : "";
        } catch (NoSuchFileException e) {
            return ""; // a reader of the maildir was faster
        }
    }

    /** The first two lines of a file, empty where it has none. */
    private static List<String> top(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_TOP), StandardCharsets.UTF_8) + "\n\n";
            return List.of(text.split("\n", 3)).subList(0, 2);
        }
    }
}
