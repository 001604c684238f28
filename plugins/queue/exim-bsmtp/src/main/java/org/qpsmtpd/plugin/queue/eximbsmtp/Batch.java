package org.qpsmtpd.plugin.queue.eximbsmtp;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qpsmtpd.api.program.UnixLines;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.BareLineEndException;
import org.qpsmtpd.smtpclient.DotStuffing;

/** A message as commands of SMTP in a file, with LF line ends. */
final class Batch {
    private final Transaction transaction;

    Batch(Transaction transaction) {
        this.transaction = transaction;
    }

    /**
     * Fills the file.
     *
     * @throws BareLineEndException when the message must not be handed on
     * @throws IOException when the message cannot be read, or the file not be written
     */
    void writeTo(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            line(out, "HELO " + ownName());
            line(out, "MAIL FROM:" + transaction.sender().format());
            for (Recipient recipient : transaction.recipients()) {
                line(out, "RCPT TO:" + recipient.address().format());
            }
            line(out, "DATA");
            UnixLines lines = new UnixLines(out);
            DotStuffing message = new DotStuffing(lines);
            transaction.writeMessageTo(message);
            message.endLine();
            lines.finish();
            line(out, ".");
            line(out, "QUIT");
        }
    }

    /** An {@link org.qpsmtpd.api.mail.Address} holds no control character, so a line stays one. */
    private static void line(OutputStream out, String text) throws IOException {
        out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private String ownName() {
        return transaction
                .connection()
                .config()
                .value("me")
                .filter(name -> name.matches("[A-Za-z0-9._-]{1,255}"))
                .orElse("localhost");
    }
}
