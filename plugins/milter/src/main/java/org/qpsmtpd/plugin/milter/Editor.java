package org.qpsmtpd.plugin.milter;

import java.util.List;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.filter.ShownHeader;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.session.Transaction;

/** Carries out what a filter wants to be changed. Waits for the disk when the body is changed. */
final class Editor {
    private final Transaction transaction;
    private final MessageEditor message;

    Editor(Transaction transaction, MessageEditor message) {
        this.transaction = transaction;
        this.message = message;
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
            message.replaceBody(body::writeTo);
        }
        changes.forEach(this::apply);
    }

    /** Whether nobody is to get the message any more. */
    boolean isForNobody() {
        return message.isForNobody();
    }

    private void apply(Change change) {
        ShownHeader header = message.header();
        switch (change.letter()) {
            case Change.ADD_FIELD -> header.add(change.name(), change.value());
            case Change.INSERT_FIELD ->
                    header.insert(change.index(), change.name(), change.value());
            case Change.CHANGE_FIELD ->
                    header.change(change.name(), change.index(), change.value());
            case Change.ADD_RECIPIENT, Change.ADD_WITH_PARAMETERS ->
                    message.addRecipient(change.address(), change.parameters());
            case Change.REMOVE_RECIPIENT -> message.removeRecipient(change.address());
            case Change.SENDER -> message.setSender(change.address(), change.parameters());
            default -> transaction.quarantine(change.value());
        }
    }
}
