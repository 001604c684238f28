package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.net.Dialer;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * One message to one cleanup. Until the last record is sent cleanup has nothing that it would keep;
 * a connection that ends before makes it remove its file.
 */
final class Submission {
    private static final int BUFFER = 64 * 1024;

    private final Transaction transaction;
    private final OutputStream out;
    private final Attributes attributes;

    Submission(Transaction transaction, Dialer cleanup) {
        this.transaction = transaction;
        this.out = new BufferedOutputStream(cleanup.out(), BUFFER);
        this.attributes = new Attributes(new BufferedInputStream(cleanup.in(), 512));
    }

    /**
     * Learns the name that the message will have in the queue.
     *
     * @throws IOException also when it is not cleanup that answers
     */
    String queueId() throws IOException {
        Map<String, String> greeting = attributes.read();
        String id = greeting.getOrDefault("queue_id", "");
        String protocol = greeting.getOrDefault("protocol", "cleanup_protocol");
        if (!id.matches("[0-9A-Za-z]{1,64}") || !protocol.equals("cleanup_protocol")) {
            throw new IOException("it does not greet as cleanup does");
        }
        return id;
    }

    /** Sends everything but what has the message be kept. */
    void send(int flags) throws IOException {
        int all = flags | (transaction.smtpUtf8() ? CleanupFlag.SMTPUTF8.bits() : 0);
        out.write(("flags\0" + all + "\0\0").getBytes(StandardCharsets.US_ASCII));
        Records records = new Records(out);
        sendEnvelope(records);
        records.put('M', "");
        RecordLines lines = new RecordLines(records);
        transaction.writeMessageTo(lines);
        lines.finish();
    }

    /** Has the message be kept, and gives what cleanup says of it. */
    Map<String, String> finish() throws IOException {
        Records records = new Records(out);
        records.put('X', "");
        records.put('E', "");
        out.flush();
        return attributes.read();
    }

    private void sendEnvelope(Records records) throws IOException {
        long epoch = transaction.connection().clock().now().getEpochSecond();
        records.put('T', String.valueOf(epoch));
        for (String attribute : Dsn.ofMessage(transaction.mailParameters())) {
            records.put('A', attribute);
        }
        if (transaction.bodyType() != BodyType.SEVEN_BIT) {
            records.put('A', "encoding=8bit");
        }
        records.put('S', transaction.sender().address());
        for (Recipient recipient : transaction.recipients()) {
            for (String attribute : Dsn.ofRecipient(recipient.parameters())) {
                records.put('A', attribute);
            }
            records.put('R', recipient.address().address());
        }
    }
}
