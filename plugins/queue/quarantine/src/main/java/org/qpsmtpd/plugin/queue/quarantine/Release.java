package org.qpsmtpd.plugin.queue.quarantine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.maildir.DirectorySync;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.FileNames;
import org.qpsmtpd.maildir.MaildirDelivery;
import org.qpsmtpd.maildir.Maildirs;

/** Where messages go that are released: into a maildir, or to a program like sendmail. */
final class Release {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Optional<Path> maildir;
    private final Path program;
    private final Disk disk;
    private final FileNames names = FileNames.ofThisMachine();

    /**
     * @param maildir comes first where it is given
     */
    Release(Optional<Path> maildir, Path program, Disk disk) {
        this.maildir = maildir;
        this.program = program;
        this.disk = disk;
    }

    /**
     * Hands the message on; it is safe there on return.
     *
     * @return where it went
     * @throws IOException when it is not; the message says why
     */
    String release(Kept kept, Instant now) throws IOException, InterruptedException {
        return maildir.isPresent() ? deliver(kept, maildir.get(), now) : submit(kept, "" + program);
    }

    private String deliver(Kept kept, Path place, Instant now) throws IOException {
        new Maildirs(disk, place).prepare(place, now);
        try (MaildirDelivery delivery =
                new MaildirDelivery(content(kept), disk, new DirectorySync(disk))) {
            delivery.write(place, names.next(now), kept.envelope());
            delivery.publish();
            return delivery.places();
        }
    }

    private static MaildirDelivery.Content content(Kept kept) throws IOException {
        long size = kept.size();
        return new MaildirDelivery.Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                kept.writeTo(out);
            }
        };
    }

    /** No word of a message can be an option: the sender follows -f, and recipients two dashes. */
    private String submit(Kept kept, String sendmail) throws IOException, InterruptedException {
        Program.requireExecutable(program);
        String sender = kept.sender().isEmpty() ? "<>" : kept.sender();
        List<String> words = new ArrayList<>(List.of("-i", "-f", sender, "--"));
        words.addAll(kept.recipients());
        ProgramEnd end =
                Program.of(LIMIT, sendmail)
                        .with(words.toArray(String[]::new))
                        .start(() -> {})
                        .end(kept::writeTo);
        boolean isTaken =
                end.inTime() && end.exitCode() == 0 && end.handed() == ProgramEnd.Handed.WHOLE;
        if (!isTaken) {
            throw new IOException(
                    sendmail
                            + (end.inTime() ? ": exit code " + end.exitCode() : ": did not end")
                            + " "
                            + end.errors().oneLine());
        }
        return sendmail;
    }
}
