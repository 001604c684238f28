package org.qpsmtpd.maildir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The quotas of maildirs as Maildir++ has them. What several deliver at once may go beyond a quota
 * by as much.
 */
public final class Quotas {
    private final Disk disk;
    private final Optional<Quota> each;

    /**
     * @param each the quota of each maildir; absent for those only that have a file {@code
     *     maildirsize}, whose first line says it
     */
    public Quotas(Disk disk, Optional<Quota> each) {
        this.disk = disk;
        this.each = each;
    }

    /** Whether a maildir has a quota. */
    public boolean hasOne(Path maildir) {
        return each.isPresent() || new QuotaFile(disk, maildir).isThere();
    }

    /**
     * Whether there is room for a message. Counts the maildir's messages when that is not known.
     *
     * @param maildir one that is there
     * @param octets of the message
     */
    public boolean hasRoom(Path maildir, long octets, Instant now) throws IOException {
        return new QuotaFile(disk, maildir).hasRoom(each, octets, now);
    }

    /** Says that a message was added to a maildir with a quota. */
    public void add(Path maildir, long octets) throws IOException {
        new QuotaFile(disk, maildir).add(octets);
    }
}
