package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** The message of a transaction, with those who are its recipients now. */
final class TransactionMail implements Mail {
    private final Transaction transaction;
    private final List<OfTransaction> recipients;

    TransactionMail(Transaction transaction) {
        this.transaction = transaction;
        recipients = transaction.recipients().stream().map(OfTransaction::new).toList();
    }

    @Override
    public MailClient client() {
        return MailClient.of(transaction.connection());
    }

    @Override
    public Address sender() {
        return transaction.sender();
    }

    @Override
    public Parameters parameters() {
        return transaction.mailParameters();
    }

    @Override
    public BodyType bodyType() {
        return transaction.bodyType();
    }

    @Override
    public boolean smtpUtf8() {
        return transaction.smtpUtf8();
    }

    @Override
    public List<OfTransaction> recipients() {
        return recipients;
    }

    @Override
    public boolean isAnsweredEach() {
        return transaction.isAnsweredEach();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        transaction.writeMessageTo(out);
    }

    /** Not a record: a transaction may name an address twice. */
    private static final class OfTransaction implements To {
        private final Recipient recipient;

        OfTransaction(Recipient recipient) {
            this.recipient = recipient;
        }

        @Override
        public Address address() {
            return recipient.address();
        }

        @Override
        public Parameters parameters() {
            return recipient.parameters();
        }

        @Override
        public void settle(HookResult verdict, HopAnswer answer) {
            recipient.settle(verdict);
        }
    }
}
