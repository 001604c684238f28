package org.qpsmtpd.plugin.spamassassin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.session.SpamStatus;

/**
 * What spamd answers.
 *
 * @param status its verdict
 * @param fields its fields for the header, in order
 */
record SpamdAnswer(SpamStatus status, List<HeaderField> fields) {
    private static final int MOST_FIELDS = 100;
    private static final String STATUS = "X-Spam-Status";
    private static final Pattern FIELD =
            Pattern.compile("(X-Spam-[A-Za-z0-9_-]{1,80}):[ \\t]?(.*)");
    private static final Pattern LENGTH = Pattern.compile("(?i)Content-length:\\s*([0-9]{1,9})");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}(?:\\.[0-9]{1,9})?");

    /**
     * Reads an answer to HEADERS.
     *
     * @param octets a character for each octet: its length is said in octets
     * @throws PeerFailure when it is none, or not all of it came
     */
    static SpamdAnswer parse(String octets) {
        String text = new String(octets.getBytes(ISO_8859_1), UTF_8);
        String[] lines = text.split("\r?\n", -1);
        if (!lines[0].startsWith("SPAMD/") || !lines[0].contains(" EX_OK")) {
            throw fault("its answer is '" + lines[0] + "'");
        }
        requireAll(octets);
        Map<String, String> fields = fields(lines);
        String status = fields.get(STATUS);
        if (status == null) {
            throw fault("its answer has no X-Spam-Status");
        }
        List<HeaderField> all = new ArrayList<>();
        fields.forEach((name, value) -> all.add(new HeaderField(name, value)));
        return new SpamdAnswer(status(status), List.copyOf(all));
    }

    private static PeerFailure fault(String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, "spamd: " + why);
    }

    /** Its header says how long the rest is. */
    private static void requireAll(String octets) {
        int end = octets.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(end < 0 ? octets : octets.substring(0, end));
        boolean isWhole =
                end >= 0
                        && (!length.find()
                                || octets.length() - end - 4 >= Integer.parseInt(length.group(1)));
        if (!isWhole) {
            throw fault("it closed the connection within its answer");
        }
    }

    private static Map<String, String> fields(String[] lines) {
        Map<String, String> fields = new LinkedHashMap<>();
        @Nullable String last = null;
        for (String line : lines) {
            Matcher field = FIELD.matcher(line);
            boolean isFolded = line.startsWith(" ") || line.startsWith("\t");
            if (field.matches()) {
                last = field.group(1);
                fields.put(last, field.group(2));
            } else if (isFolded && last != null) {
                fields.merge(last, "\r\n\t" + line.strip(), String::concat);
            } else {
                last = null;
            }
            if (fields.size() > MOST_FIELDS) {
                throw fault("its answer has more than " + MOST_FIELDS + " fields");
            }
        }
        return fields;
    }

    /**
     * Reads the value of X-Spam-Status: {@code Yes|No, score= required= tests= autolearn=
     * version=}, with {@code hits} for {@code score} of old.
     *
     * @throws PeerFailure when there is no score in it
     */
    static SpamStatus status(String value) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String word : value.strip().split("[\\s,]+", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                parts.putIfAbsent(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        String score = parts.getOrDefault("score", parts.getOrDefault("hits", ""));
        String required = parts.getOrDefault("required", "");
        String autolearn = parts.getOrDefault("autolearn", "");
        return new SpamStatus(
                value.strip().startsWith("Yes"),
                number("score", score),
                number("required", required),
                autolearn.matches("[a-z_]{1,30}") ? autolearn : "");
    }

    private static double number(String what, String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw fault("its X-Spam-Status has no " + what);
        }
        return Double.parseDouble(text);
    }
}
