package org.qpsmtpd.api.mail;

/**
 * A header field.
 *
 * @param name as written, without the colon; matched without regard to case
 * @param value everything after the colon, without one leading blank and the final line end;
 *     folding is kept as CRLF and blanks; octets that are not UTF-8 stand as U+DC80 to U+DCFF, one
 *     character for each, and become these octets again in a value that is given to the header
 */
public record HeaderField(String name, String value) {
    /** The value on one line: each fold and the blanks around it become one blank. */
    public String unfolded() {
        if (value.indexOf('\n') < 0) {
            return value.strip();
        }
        StringBuilder line = new StringBuilder(value.length());
        for (String part : value.split("\r?\n", -1)) {
            String text = part.strip();
            if (!text.isEmpty()) {
                line.append(line.length() == 0 ? "" : " ").append(text);
            }
        }
        return line.toString();
    }
}
