package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Sender and recipients as qmail-queue reads them. An {@link Address} holds no control character,
 * so no NUL within one can end it.
 */
record Envelope(Address sender, List<Address> recipients) {
    static Envelope of(Transaction transaction) {
        List<Address> recipients =
                transaction.recipients().stream().map(Recipient::address).toList();
        return new Envelope(transaction.sender(), recipients);
    }

    /** Fills the file: {@code F}, the sender, NUL; for each recipient T, it, NUL; NUL. */
    Path writeTo(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            write(out, 'F', sender);
            for (Address recipient : recipients) {
                write(out, 'T', recipient);
            }
            out.write(0);
        }
        return file;
    }

    /**
     * Empties the file, so that whoever still reads it finds no envelope and queues nothing. The
     * program's children may outlive it, and take its end for that of the message.
     */
    static void withdraw(Path file) throws IOException {
        Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING).close();
    }

    private static void write(OutputStream out, char kind, Address address) throws IOException {
        out.write(kind);
        out.write(address.address().getBytes(StandardCharsets.UTF_8));
        out.write(0);
    }
}
