package org.qpsmtpd.smtpclient;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;

/** Sender and recipients as commands. */
record Envelope(Address sender, Parameters parameters, List<Mail.To> recipients) {
    /** For a message that is not there yet. */
    static final long NO_SIZE = -1;

    static Envelope of(Mail mail) {
        return new Envelope(mail.sender(), mail.parameters(), List.copyOf(mail.recipients()));
    }

    /** Whether nothing in it could end a command or begin a parameter. */
    boolean isSafe() {
        Stream<Mail.To> all = recipients.stream();
        return isSafe(sender.format())
                && isValue(parameters, "RET")
                && isValue(parameters, "ENVID")
                && isValue(parameters, "BY")
                && isValue(parameters, "MT-PRIORITY")
                && all.allMatch(
                        r ->
                                isSafe(r.address().format())
                                        && isValue(r.parameters(), "NOTIFY")
                                        && isValue(r.parameters(), "ORCPT"));
    }

    /**
     * The MAIL command.
     *
     * @param size octets of the message, or {@link #NO_SIZE}
     * @param eightBit whether to declare the message as 8-bit
     * @param utf8 whether the message itself may need SMTPUTF8
     */
    String mail(Extensions offered, long size, boolean eightBit, boolean utf8) {
        StringBuilder line = new StringBuilder("MAIL FROM:").append(sender.format());
        if (size != NO_SIZE && offered.has("SIZE")) {
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
        if (offered.has("DELIVERBY")) {
            append(line, parameters, "BY");
        }
        if (offered.has("MT-PRIORITY")) {
            append(line, parameters, "MT-PRIORITY");
        }
        if (requiresTls() && offered.has("REQUIRETLS")) {
            line.append(" REQUIRETLS");
        }
        return line.toString();
    }

    /** The RCPT commands. */
    List<String> rcpts(Extensions offered) {
        List<String> lines = new ArrayList<>(recipients.size());
        for (Mail.To recipient : recipients) {
            lines.add(rcpt(recipient.address(), recipient.parameters(), offered));
        }
        return lines;
    }

    /** The RCPT command of one recipient. */
    static String rcpt(Address address, Parameters parameters, Extensions offered) {
        StringBuilder line = new StringBuilder("RCPT TO:").append(address.format());
        if (offered.has("DSN")) {
            append(line, parameters, "NOTIFY");
            append(line, parameters, "ORCPT");
        }
        return line.toString();
    }

    /** Whether the message may go over verified TLS only (RFC 8689). */
    boolean requiresTls() {
        return parameters.has("REQUIRETLS");
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
