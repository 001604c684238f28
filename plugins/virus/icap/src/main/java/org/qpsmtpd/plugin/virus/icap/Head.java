package org.qpsmtpd.plugin.virus.icap;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * The header of an answer.
 *
 * @param status its code
 * @param reason what stands behind the code
 * @param fields by their names in lower case; the lines of a value with LF between them
 */
record Head(int status, String reason, Map<String, String> fields) {
    private static final Pattern STATUS =
            Pattern.compile("ICAP/1\\.[0-9] ([1-5][0-9][0-9])(?: (.*))?");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})[ \\t]*:[ \\t]*(.*)");

    /**
     * Reads a header.
     *
     * @param text up to the empty line
     * @throws PeerFailure when it is none
     */
    static Head parse(String text) {
        String[] lines = text.split("\r?\n", -1);
        Matcher status = STATUS.matcher(lines[0]);
        if (!status.matches()) {
            throw Text.fault("its answer begins with '" + lines[0] + "', which is no ICAP");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        String last = "";
        for (int i = 1; i < lines.length; i++) {
            boolean isFolded = lines[i].startsWith(" ") || lines[i].startsWith("\t");
            Matcher field = FIELD.matcher(lines[i]);
            if (isFolded && !last.isEmpty()) {
                fields.merge(last, "\n" + lines[i].strip(), String::concat);
            } else if (field.matches()) {
                last = field.group(1).toLowerCase(Locale.ROOT);
                fields.putIfAbsent(last, field.group(2).strip());
            } else if (!lines[i].isEmpty()) {
                throw Text.fault("its answer has the line '" + lines[i] + "', which is no field");
            }
        }
        String reason = status.group(2) == null ? "" : status.group(2);
        return new Head(Integer.parseInt(status.group(1)), reason, Map.copyOf(fields));
    }

    /** The value of a field; empty without. */
    String value(String name) {
        return fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** A value that is a number, up to six digits; the other one without. */
    int number(String name, int otherwise) {
        String value = value(name);
        return value.matches("[0-9]{1,6}") ? Integer.parseInt(value) : otherwise;
    }

    /** Whether the server ends the connection. */
    boolean endsConnection() {
        return value("Connection").toLowerCase(Locale.ROOT).contains("close");
    }
}
