package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;

/** A message that is handed on: the one of a transaction, or one that was kept for later. */
public interface Mail {
    /** Whose message it is. */
    MailClient client();

    /** The sender; the null sender for reports. */
    Address sender();

    /** The parameters of MAIL, as they are now to be passed on. */
    Parameters parameters();

    /** What the client declared the body to be. */
    BodyType bodyType();

    /** Whether the client gave SMTPUTF8. */
    boolean smtpUtf8();

    /** Those to whom it goes now; the same objects each time. */
    List<? extends To> recipients();

    /**
     * Whether an answer for each recipient is of use. Otherwise the message goes to all or to
     * nobody.
     */
    boolean isAnsweredEach();

    /**
     * Writes the message with CRLF line ends and no dots added; each time the same. Closes nothing.
     */
    void writeTo(OutputStream out) throws IOException;

    /** A recipient; equal to itself alone. */
    interface To {
        /** Its address. */
        Address address();

        /** The parameters of RCPT, as they are to be passed on. */
        Parameters parameters();

        /**
         * Says what became of the message for this recipient alone; once at most. Only where {@link
         * Mail#isAnsweredEach}.
         *
         * @param verdict the same for a client
         */
        void settle(HookResult verdict, HopAnswer answer);
    }
}
