package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;

/** A message for some of its recipients, each of whom is settled. */
final class PartOfMail implements Mail {
    private final Mail whole;
    private final List<Once> recipients;

    PartOfMail(Mail whole, List<Mail.To> recipients) {
        this.whole = whole;
        this.recipients = recipients.stream().map(Once::new).toList();
    }

    /** Settles those who were not settled by themselves. */
    void settleRest(HopOutcome outcome) {
        HookResult result = outcome.result();
        boolean isVerdict = result.action() == Action.OK || result.action().refuses();
        for (Once one : recipients) {
            if (isVerdict && !one.isSettled) {
                one.settle(result, outcome.answer());
            }
        }
    }

    @Override
    public MailClient client() {
        return whole.client();
    }

    @Override
    public Address sender() {
        return whole.sender();
    }

    @Override
    public Parameters parameters() {
        return whole.parameters();
    }

    @Override
    public BodyType bodyType() {
        return whole.bodyType();
    }

    @Override
    public boolean smtpUtf8() {
        return whole.smtpUtf8();
    }

    @Override
    public List<? extends To> recipients() {
        return recipients;
    }

    @Override
    public boolean isAnsweredEach() {
        return whole.isAnsweredEach();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        whole.writeTo(out);
    }

    private static final class Once implements To {
        private final To to;
        private boolean isSettled;

        Once(To to) {
            this.to = to;
        }

        @Override
        public Address address() {
            return to.address();
        }

        @Override
        public Parameters parameters() {
            return to.parameters();
        }

        @Override
        public void settle(HookResult verdict, HopAnswer answer) {
            isSettled = true;
            to.settle(verdict, answer);
        }
    }
}
