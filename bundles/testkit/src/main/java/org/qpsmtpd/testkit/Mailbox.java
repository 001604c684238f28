package org.qpsmtpd.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * A plugin that accepts every recipient and keeps each message in memory. Give it to a {@link
 * TestServer} after the plugins under test. Safe for use by several threads.
 */
public final class Mailbox implements RcptHook, QueueHook {
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final boolean binary;

    /**
     * A message as it was queued.
     *
     * @param sender as it stands in MAIL, with brackets
     * @param recipients as they stand in RCPT, with brackets
     * @param text header, empty line and body, an octet for each character
     */
    public record Message(String sender, List<String> recipients, String text) {
        /** Copies the recipients. */
        public Message {
            recipients = List.copyOf(recipients);
        }

        /** The message from the field named so on, the server's own fields left out. */
        public String from(String field) {
            int start = text.indexOf("\r\n" + field + ":");
            if (start < 0) {
                throw new IllegalArgumentException("no field " + field + " in " + text);
            }
            return text.substring(start + 2);
        }
    }

    /** An empty mailbox. */
    public Mailbox() {
        this(false);
    }

    /**
     * An empty mailbox.
     *
     * @param binary whether it takes messages of any octets
     */
    public Mailbox(boolean binary) {
        this.binary = binary;
    }

    /** The messages so far, a copy. */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The only message so far. */
    public Message message() {
        if (messages.size() != 1) {
            throw new IllegalStateException(messages.size() + " messages");
        }
        return messages.get(0);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return HookResult.OK;
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try {
            transaction.writeMessageTo(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> recipients = new ArrayList<>();
        transaction.recipients().forEach(r -> recipients.add(r.address().format()));
        messages.add(
                new Message(
                        transaction.sender().format(),
                        recipients,
                        octets.toString(StandardCharsets.ISO_8859_1)));
        return HookResult.OK;
    }

    @Override
    public boolean takesBinary() {
        return binary;
    }
}
