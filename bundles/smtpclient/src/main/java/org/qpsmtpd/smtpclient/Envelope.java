package org.qpsmtpd.smtpclient;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;

/** Sender and recipients as commands. */
record Envelope(Address sender, Parameters parameters, List<Mail.To> recipients) {
    static Envelope of(Mail mail) {
        return new Envelope(mail.sender(), mail.parameters(), List.copyOf(mail.recipients()));
    }

    /** Whether nothing in it could end a command or begin a parameter. */
    boolean isSafe() {
        Stream<Mail.To> all = recipients.stream();
        return isSafe(sender.format())
                && isValue(parameters, "RET")
                && isValue(parameters, "ENVID")
                && all.allMatch(
                        r ->
                                isSafe(r.address().format())
                                        && isValue(r.parameters(), "NOTIFY")
                                        && isValue(r.parameters(), "ORCPT"));
    }

    /**
     * The MAIL command.
     *
     * @param size octets of the message
     * @param eightBit whether to declare the message as 8-bit
     * @param utf8 whether the message itself may need SMTPUTF8
     */
    String mail(Extensions offered, long size, boolean eightBit, boolean utf8) {
        StringBuilder line = new StringBuilder("MAIL FROM:").append(sender.format());
        if (offered.has("SIZE")) {
            line.append(" SIZE=").append(size);
        }
        if (eightBit && offered.has("8BITMIME")) {
            line.append(" BODY=8BITMIME");
        }
        boolean needed = utf8 || hasUtf8Sender() || utf8Recipient().isPresent();
        if (needed && offered.has("SMTPUTF8")) {
            line.append(" SMTPUTF8");
        }
        if (offered.has("DSN")) {
            append(line, parameters, "RET");
            append(line, parameters, "ENVID");
        }
        return line.toString();
    }

    /** The RCPT commands. */
    List<String> rcpts(Extensions offered) {
        List<String> lines = new ArrayList<>(recipients.size());
        for (Mail.To recipient : recipients) {
            StringBuilder line = new StringBuilder("RCPT TO:").append(recipient.address().format());
            if (offered.has("DSN")) {
                append(line, recipient.parameters(), "NOTIFY");
                append(line, recipient.parameters(), "ORCPT");
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** Whether the sender's address needs SMTPUTF8. */
    boolean hasUtf8Sender() {
        return !isAscii(sender.format());
    }

    /** The first recipient whose address needs SMTPUTF8. */
    Optional<Mail.To> utf8Recipient() {
        return recipients.stream().filter(r -> !isAscii(r.address().format())).findFirst();
    }

    /** Whether a text is one line on the wire: no control characters, in no charset. */
    static boolean isSafe(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 32 || (c >= 127 && c <= 159) || c == '\u2028' || c == '\u2029') {
                return false;
            }
        }
        return true;
    }

    private static boolean isValue(Parameters parameters, String keyword) {
        String value = parameters.get(keyword).orElse("");
        return isSafe(value) && value.indexOf(' ') < 0;
    }

    private static void append(StringBuilder line, Parameters parameters, String keyword) {
        parameters.get(keyword).ifPresent(v -> line.append(' ').append(keyword + "=" + v));
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
