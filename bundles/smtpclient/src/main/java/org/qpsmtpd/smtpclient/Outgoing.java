package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;

/** A message on its way out, with what is known of it before it is sent. */
final class Outgoing {
    private final Mail mail;
    private final Envelope envelope;
    private final MessageScan scan = new MessageScan();

    /**
     * Reads the message through once.
     *
     * @throws IOException when it cannot be read
     */
    Outgoing(Mail mail) throws IOException {
        this.mail = mail;
        this.envelope = Envelope.of(mail);
        mail.writeTo(scan);
    }

    Envelope envelope() {
        return envelope;
    }

    /** Whose message it is. */
    MailClient client() {
        return mail.client();
    }

    /** Whether an answer for each recipient is of use. */
    boolean isAnsweredEach() {
        return mail.isAnsweredEach();
    }

    /** Refuses what is sent to no next hop. */
    Optional<HookResult> refusal() {
        if (!envelope.isSafe()) {
            return refuse(553, "control character or space in the envelope", "5.1.3");
        }
        return scan.hasBareLineEnd() ? Optional.of(bareLineEnd()) : Optional.empty();
    }

    /** Refuses a message whose lines do not all end in CRLF. */
    static HookResult bareLineEnd() {
        return refusal(554, "message has a CR or LF that is not part of CRLF", "5.6.0");
    }

    /**
     * Refuses what the next hop says it cannot take.
     *
     * @param strictEightBit whether 8-bit octets need 8BITMIME
     */
    Optional<HookResult> refusalFor(Extensions offered, boolean strictEightBit) {
        if (scan.size() > offered.maxSize()) {
            return refuse(
                    552,
                    "message of " + scan.size() + " octets is too big for the next hop",
                    "5.3.4");
        }
        if (strictEightBit && scan.hasEightBit() && !offered.has("8BITMIME")) {
            return refuse(554, "next hop does not take 8-bit messages", "5.6.3");
        }
        return offered.has("SMTPUTF8") ? Optional.empty() : utf8Refusal();
    }

    /** RFC 6531 3.5: what the message is decides, not that the client said SMTPUTF8. */
    private Optional<HookResult> utf8Refusal() {
        if (envelope.hasUtf8Sender()) {
            return refuse(
                    550, "next hop does not take the sender " + shown(envelope.sender()), "5.6.7");
        }
        Optional<Mail.To> recipient = envelope.utf8Recipient();
        if (recipient.isPresent()) {
            return refuse(
                    553,
                    "next hop does not take the recipient " + shown(recipient.get().address()),
                    "5.6.7");
        }
        return mail.smtpUtf8() && scan.hasEightBitHeader()
                ? refuse(554, "next hop does not take messages with UTF-8 headers", "5.6.9")
                : Optional.empty();
    }

    /** The MAIL command. */
    String mail(Extensions offered) {
        boolean declared = mail.bodyType() != BodyType.SEVEN_BIT;
        boolean utf8 = mail.smtpUtf8() && scan.hasEightBit();
        return envelope.mail(offered, scan.size(), declared || scan.hasEightBit(), utf8);
    }

    /**
     * Writes the message with dots added and its last line ended.
     *
     * @throws NextHopException when the next hop cannot be written to
     * @throws BareLineEndException when the message must not be sent
     * @throws IOException when the message cannot be read, or is not what it was
     */
    void writeTo(OutputStream out) throws IOException {
        DotStuffing stuffing = new DotStuffing(out);
        mail.writeTo(stuffing);
        stuffing.endLine();
        if (stuffing.size() != scan.size()) {
            throw new IOException("the message changed while it was sent");
        }
    }

    /** An address for texts: bounded, in ASCII. */
    static String shown(Address address) {
        StringBuilder text = new StringBuilder();
        String format = address.format();
        for (int i = 0; i < Math.min(format.length(), 100); i++) {
            char c = format.charAt(i);
            text.append(c < 32 || c > 126 ? '?' : c);
        }
        return format.length() <= 100 ? text.toString() : text + "...>";
    }

    private static Optional<HookResult> refuse(int code, String text, String enhancedCode) {
        return Optional.of(refusal(code, text, enhancedCode));
    }

    private static HookResult refusal(int code, String text, String enhancedCode) {
        return HookResult.deny(text + " (#" + enhancedCode + ")")
                .withCode(code)
                .because("fail: " + text);
    }
}
