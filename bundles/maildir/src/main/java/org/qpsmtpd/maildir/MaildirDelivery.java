package org.qpsmtpd.maildir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message on its way into one or several maildirs: into all of them, or into none. Closing it
 * before {@link #publish} has returned removes what was written.
 */
public final class MaildirDelivery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MaildirDelivery.class);
    private static final int MAX_BUFFER = 64 * 1024;

    private final Content content;
    private final Disk disk;
    private final DirectorySync directories;
    private final List<Copy> copies = new ArrayList<>();
    private int moved;
    private boolean published;

    /** What is stored. */
    public interface Content {
        /** Octets of it; a guess will do. */
        long size();

        /** Writes it, with LF or CRLF line ends. Called for each copy. */
        void writeTo(OutputStream out) throws IOException;

        /** A message as it is to be queued. */
        static Content of(Transaction transaction) {
            return new Content() {
                @Override
                public long size() {
                    return transaction.messageSize();
                }

                @Override
                public void writeTo(OutputStream out) throws IOException {
                    transaction.writeMessageTo(out);
                }
            };
        }
    }

    /** The fields that a copy begins with: Return-Path, and Delivered-To for each recipient. */
    public static String envelope(Address sender, List<Recipient> recipients) {
        StringBuilder top = new StringBuilder(128);
        top.append("Return-Path: ").append(sender.format()).append('\n');
        for (Recipient recipient : recipients) {
            top.append("Delivered-To: ").append(recipient.address().address()).append('\n');
        }
        return top.toString();
    }

    private record Copy(Path maildir, String name, String deliveredName) {
        Path temporary() {
            return Maildirs.temporary(maildir).resolve(name);
        }

        Path delivered() {
            return Maildirs.delivered(maildir).resolve(deliveredName);
        }
    }

    /**
     * @param directories syncs those of all deliveries that should share it
     */
    public MaildirDelivery(Content content, Disk disk, DirectorySync directories) {
        this.content = content;
        this.disk = disk;
        this.directories = directories;
    }

    /**
     * Writes the message to the maildir's {@code tmp}, where it is safe from a crash on return.
     *
     * @param name file name, unique
     * @param top fields above the message's own, lines that end in LF
     */
    public void write(Path maildir, String name, String top) throws IOException {
        long unused = put(new Copy(maildir, name, name), top);
    }

    /**
     * The same, with a name that tells readers the size, by which they reckon quotas.
     *
     * @return octets of the file
     */
    public long writeSized(Path maildir, String name, String top) throws IOException {
        long octets = put(new Copy(maildir, name, name), top);
        copies.set(copies.size() - 1, new Copy(maildir, name, name + ",S=" + octets));
        return octets;
    }

    private long put(Copy copy, String top) throws IOException {
        byte[] topOctets = top.getBytes(StandardCharsets.UTF_8);
        long size = topOctets.length + content.size();
        try (Disk.NewFile file = disk.create(copy.temporary())) {
            copies.add(copy);
            LineEndStream out =
                    new LineEndStream(file, (int) Math.max(1, Math.min(size, MAX_BUFFER)));
            out.write(topOctets, 0, topOctets.length);
            content.writeTo(out);
            out.finish();
            file.sync();
            return out.drained();
        }
    }

    /** Shows all copies to the readers of their maildirs; on return no crash can take them away. */
    public void publish() throws IOException {
        Set<Path> changed = new LinkedHashSet<>();
        for (Copy copy : copies) {
            moved++;
            disk.move(copy.temporary(), copy.delivered());
            changed.add(Maildirs.delivered(copy.maildir));
        }
        for (Path directory : changed) {
            directories.sync(directory);
        }
        published = true;
    }

    /** Where the message went, for the log. */
    public String places() {
        String first = copies.get(0).delivered().toString();
        return copies.size() == 1 ? first : first + " and " + (copies.size() - 1) + " more";
    }

    @Override
    public void close() {
        if (published) {
            return;
        }
        for (int i = 0; i < copies.size(); i++) {
            delete(copies.get(i).temporary());
            if (i < moved) {
                delete(copies.get(i).delivered());
            }
        }
    }

    private void delete(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.error("an incomplete delivery stays behind: {}", Faults.describe(e));
        }
    }
}
