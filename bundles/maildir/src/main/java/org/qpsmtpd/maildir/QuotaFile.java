package org.qpsmtpd.maildir;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@value #NAME} of a maildir, as Maildir++ has it: its first line is the quota, each
 * further one says how many octets and messages came or went. When it is long, wrong, or says that
 * the maildir is full, the messages are counted anew.
 */
final class QuotaFile {
    static final String NAME = "maildirsize";

    private static final int LONGEST = 5120;
    private static final Duration FRESH = Duration.ofMinutes(15);
    private static final Pattern CHANGE = Pattern.compile(" *(-?[0-9]{1,18}) +(-?[0-9]{1,18}) *");

    private final Disk disk;
    private final Path maildir;
    private final Path file;

    QuotaFile(Disk disk, Path maildir) {
        this.disk = disk;
        this.maildir = maildir;
        this.file = maildir.resolve(NAME);
    }

    /**
     * What the file says.
     *
     * @param quota its first line; absent when that is none
     * @param use the sum of the others; absent when there are none or they are wrong
     * @param changes how many they are
     */
    private record Said(Optional<Quota> quota, Optional<Quota.Use> use, int changes) {
        private static final Said NOTHING = new Said(Optional.empty(), Optional.empty(), 0);
    }

    /**
     * Whether a message may be added.
     *
     * @param wanted the quota; absent for the one that the file says, or for none
     * @param octets of the message
     */
    boolean hasRoom(Optional<Quota> wanted, long octets, Instant now) throws IOException {
        Said said = read();
        Optional<Quota> quota = wanted.isPresent() ? wanted : said.quota();
        if (quota.isEmpty()) {
            return true;
        }
        boolean isKnown = said.quota().equals(quota) && said.use().isPresent();
        if (isKnown) {
            boolean isAllowed = quota.get().allows(said.use().get().and(octets, 1));
            if (isAllowed || (said.changes() == 1 && isFresh(now))) {
                return isAllowed;
            }
        }
        Quota.Use counted = new MaildirCount(maildir).use();
        write(quota.get(), counted);
        return quota.get().allows(counted.and(octets, 1));
    }

    /** Whether the maildir has a quota of its own. */
    boolean isThere() {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Says that a message was added. */
    void add(long octets) throws IOException {
        byte[] line = (octets + " 1\n").getBytes(US_ASCII);
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND,
                        LinkOption.NOFOLLOW_LINKS)) {
            channel.write(ByteBuffer.wrap(line));
        } catch (NoSuchFileException e) {
            // Whoever took it away has the messages counted anew.
        }
    }

    private boolean isFresh(Instant now) throws IOException {
        Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        return written.isAfter(now.minus(FRESH));
    }

    private Said read() throws IOException {
        if (!isThere()) {
            return Said.NOTHING;
        }
        byte[] octets;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            octets = in.readNBytes(LONGEST);
        } catch (NoSuchFileException e) {
            return Said.NOTHING;
        }
        List<String> lines = new String(octets, US_ASCII).lines().toList();
        Optional<Quota> quota = lines.isEmpty() ? Optional.empty() : Quota.parse(lines.get(0));
        boolean isWhole = quota.isPresent() && lines.size() > 1 && octets.length < LONGEST;
        return isWhole
                ? new Said(quota, sum(lines.subList(1, lines.size())), lines.size() - 1)
                : new Said(quota, Optional.empty(), 0);
    }

    private static Optional<Quota.Use> sum(List<String> changes) {
        Quota.Use use = new Quota.Use(0, 0);
        for (String change : changes) {
            Matcher numbers = CHANGE.matcher(change);
            if (!numbers.matches()) {
                return Optional.empty();
            }
            use = use.and(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)));
        }
        return Optional.of(use);
    }

    private void write(Quota quota, Quota.Use use) throws IOException {
        String text = quota.format() + "\n" + use.octets() + " " + use.messages() + "\n";
        Path unfinished =
                Maildirs.temporary(maildir)
                        .resolve(FileNames.ofThisMachine().next(Instant.now()) + "." + NAME);
        try (Disk.NewFile made = disk.create(unfinished)) {
            made.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        }
        disk.move(unfinished, file);
    }
}
