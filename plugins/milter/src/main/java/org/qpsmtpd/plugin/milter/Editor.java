package org.qpsmtpd.plugin.milter;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** Carries out what a filter wants to be changed. Waits for the disk when the body is changed. */
final class Editor {
    /** They say what the message is like, which a filter does not change. */
    private static final Set<String> OF_THE_MESSAGE = Set.of("size", "body", "smtputf8");

    private final Transaction transaction;
    private final ShownHeader header;

    Editor(Transaction transaction, ShownHeader header) {
        this.transaction = transaction;
        this.header = header;
    }

    /**
     * Makes all changes, or none.
     *
     * @throws PeerFailure when one cannot be made
     */
    void apply(List<Change> changes, NewBody body) {
        for (Change change : changes) {
            change.check();
        }
        if (body.isThere()) {
            replace(body);
        }
        changes.forEach(this::apply);
    }

    private void replace(NewBody body) {
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

    private void apply(Change change) {
        switch (change.letter()) {
            case Change.ADD_FIELD -> header.add(change.name(), change.value());
            case Change.INSERT_FIELD ->
                    header.insert(change.index(), change.name(), change.value());
            case Change.CHANGE_FIELD ->
                    header.change(change.name(), change.index(), change.value());
            case Change.ADD_RECIPIENT, Change.ADD_WITH_PARAMETERS -> add(change);
            case Change.REMOVE_RECIPIENT -> remove(change.address());
            case Change.SENDER -> setSender(change);
            default -> transaction.quarantine(change.value());
        }
    }

    private void add(Change change) {
        Address address = change.address();
        boolean isThere =
                transaction.recipients().stream().anyMatch(one -> isSame(one.address(), address));
        if (!isThere) {
            var unused = transaction.addRecipient(address, change.parameters());
        }
    }

    private void remove(Address address) {
        for (Recipient each : transaction.recipients()) {
            if (isSame(each.address(), address)) {
                transaction.removeRecipient(each);
            }
        }
    }

    private static boolean isSame(Address one, Address other) {
        return one.comparable().equals(other.comparable());
    }

    private void setSender(Change change) {
        Map<String, String> values = new HashMap<>(transaction.mailParameters().values());
        change.parameters()
                .values()
                .forEach(
                        (keyword, value) -> {
                            if (!OF_THE_MESSAGE.contains(keyword)) {
                                values.put(keyword, value);
                            }
                        });
        transaction.setSender(change.address(), new Parameters(values));
    }
}
