package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.DeliverBy;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** The message of a transaction, with those who are its recipients now. */
final class TransactionMail implements Mail {
    private static final String BY = "by";
    private static final long LEAST_SECONDS = -999_999_999;

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
        Parameters given = transaction.mailParameters();
        return given.get(BY)
                .flatMap(DeliverBy::parse)
                .map(by -> with(given, left(by, transaction.age())))
                .orElse(given);
    }

    /** RFC 2852 section 4.1.3: the time runs from MAIL on. */
    private static DeliverBy left(DeliverBy by, Duration age) {
        long seconds = Math.max(by.seconds() - age.toSeconds(), LEAST_SECONDS);
        return new DeliverBy(seconds, by.isReturned(), by.isTraced());
    }

    private static Parameters with(Parameters given, DeliverBy by) {
        Map<String, String> changed = new HashMap<>(given.values());
        changed.put(BY, by.format());
        return new Parameters(changed);
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
    static final class OfTransaction implements To {
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
