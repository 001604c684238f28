package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.DeliverBy;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.smtpclient.HopAnswer;
import org.qpsmtpd.smtpclient.Mail;
import org.qpsmtpd.smtpclient.MailClient;

/** A message of the spool on its way to some of its recipients. */
final class KeptMail implements Mail {
    private final Kept kept;
    private final Parameters parameters;
    private final List<One> recipients;
    private final Map<Integer, HopAnswer> settled = new HashMap<>();

    /**
     * @param numbers of the recipients
     */
    KeptMail(Kept kept, List<Integer> numbers, Instant now) {
        this.kept = kept;
        parameters = parameters(kept.envelope(), now);
        recipients = numbers.stream().map(One::new).toList();
    }

    /** The time that BY names is counted from MAIL, so it has become less (RFC 2852 section 4). */
    private static Parameters parameters(Envelope envelope, Instant now) {
        Parameters given = envelope.parameters();
        if (envelope.deliverBy().isEmpty()) {
            return given;
        }
        DeliverBy by = envelope.deliverBy().get();
        long left = by.seconds() - Duration.between(envelope.arrival(), now).toSeconds();
        long least = by.isReturned() ? 1 : -999_999_999;
        DeliverBy rest = new DeliverBy(Math.max(least, left), by.isReturned(), by.isTraced());
        Map<String, String> values = new HashMap<>(given.values());
        values.put("by", rest.format());
        return new Parameters(values);
    }

    /**
     * What was said of each recipient.
     *
     * @param others what holds for those of whom nothing was said
     */
    Map<Integer, HopAnswer> answers(HopAnswer others) {
        Map<Integer, HopAnswer> all = new HashMap<>();
        for (One each : recipients) {
            all.put(each.number, settled.getOrDefault(each.number, others));
        }
        return all;
    }

    @Override
    public MailClient client() {
        return kept.envelope().client();
    }

    @Override
    public Address sender() {
        return kept.envelope().sender();
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public BodyType bodyType() {
        return kept.envelope().bodyType();
    }

    @Override
    public boolean smtpUtf8() {
        return kept.envelope().smtpUtf8();
    }

    @Override
    public List<One> recipients() {
        return recipients;
    }

    @Override
    public boolean isAnsweredEach() {
        return true;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        kept.writeTo(out);
    }

    private final class One implements To {
        private final int number;

        One(int number) {
            this.number = number;
        }

        @Override
        public Address address() {
            return kept.envelope().recipients().get(number).address();
        }

        @Override
        public Parameters parameters() {
            return kept.envelope().recipients().get(number).parameters();
        }

        @Override
        public void settle(HookResult verdict, HopAnswer answer) {
            settled.put(number, answer);
        }
    }
}
