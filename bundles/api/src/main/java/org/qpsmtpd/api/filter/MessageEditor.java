package org.qpsmtpd.api.filter;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.session.BodyWriter;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** Changes a message as a filter says. Used within {@code data_post}. */
public final class MessageEditor {
    /** They say what the message is like, which a filter does not change. */
    private static final Set<String> OF_THE_MESSAGE = Set.of("size", "body", "smtputf8");

    private final Transaction transaction;
    private final ShownHeader header;

    private MessageEditor(Transaction transaction) {
        this.transaction = transaction;
        this.header = ShownHeader.of(transaction);
    }

    /** One for a message whose header is there. */
    public static MessageEditor of(Transaction transaction) {
        return new MessageEditor(transaction);
    }

    /** The header as a filter sees it. */
    public ShownHeader header() {
        return header;
    }

    /** Adds a recipient, unless it is there. */
    public void addRecipient(Address address, Parameters parameters) {
        boolean isThere =
                transaction.recipients().stream().anyMatch(one -> isSame(one.address(), address));
        if (!isThere) {
            var unused = transaction.addRecipient(address, parameters);
        }
    }

    /** Removes a recipient; nothing happens when it is not there. */
    public void removeRecipient(Address address) {
        for (Recipient each : transaction.recipients()) {
            if (isSame(each.address(), address)) {
                transaction.removeRecipient(each);
            }
        }
    }

    private static boolean isSame(Address one, Address other) {
        return one.comparable().equals(other.comparable());
    }

    /** Whether nobody is to get the message any more. */
    public boolean isForNobody() {
        return transaction.recipients().isEmpty() && transaction.settledRecipients().isEmpty();
    }

    /**
     * Replaces the sender.
     *
     * @param parameters in addition to those that are there; SIZE, BODY and SMTPUTF8 are left as
     *     they are
     */
    public void setSender(Address address, Parameters parameters) {
        Map<String, String> values = new HashMap<>(transaction.mailParameters().values());
        parameters
                .values()
                .forEach(
                        (keyword, value) -> {
                            if (!OF_THE_MESSAGE.contains(keyword)) {
                                values.put(keyword, value);
                            }
                        });
        transaction.setSender(address, new Parameters(values));
    }

    /**
     * Replaces the body; each line end becomes CRLF, unless the message is binary. Waits for the
     * disk when the message is large.
     *
     * @throws PeerFailure when it cannot be; the body is then as it was before
     */
    public void replaceBody(BodyWriter body) {
        boolean isBinary = transaction.bodyType() == BodyType.BINARY_MIME;
        try {
            transaction.replaceBody(
                    out -> {
                        LineEnds lines = new LineEnds(out);
                        body.writeTo(isBinary ? out : lines);
                        lines.endLine();
                    });
        } catch (IOException e) {
            throw new PeerFailure(Kind.FAULT, "its new body cannot be taken: " + e.getMessage());
        }
    }
}
