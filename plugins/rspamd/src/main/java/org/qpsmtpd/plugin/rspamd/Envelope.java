package org.qpsmtpd.plugin.rspamd;

import java.util.Optional;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of sender and recipients. */
final class Envelope {
    private static final Logger LOG = LoggerFactory.getLogger(Envelope.class);

    private Envelope() {}

    /** Makes the changes that rspamd asks for. */
    static void change(Transaction transaction, Changes changes) {
        if (!changes.sender().isEmpty()) {
            address(changes.sender(), transaction).ifPresent(transaction::setSender);
        }
        MessageEditor message = MessageEditor.of(transaction);
        for (String text : changes.newRecipients()) {
            address(text, transaction)
                    .filter(address -> !address.equals(Address.NULL))
                    .ifPresent(address -> message.addRecipient(address, Parameters.NONE));
        }
        for (String text : changes.formerRecipients()) {
            address(text, transaction).ifPresent(message::removeRecipient);
        }
    }

    private static Optional<Address> address(String text, Transaction transaction) {
        AddressSyntax syntax =
                transaction.smtpUtf8() ? AddressSyntax.LENIENT_UTF8 : AddressSyntax.LENIENT;
        String path = text.startsWith("<") ? text : "<" + text + ">";
        Optional<Address> address = Address.parse(path, syntax);
        if (address.isEmpty()) {
            LOG.warn("rspamd asks for '{}', which is no address", text);
        }
        return address;
    }
}
