package org.qpsmtpd.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.mail.Headers;

/** A header as a list of raw fields, one character for an octet, each with its line end. */
final class FakeHeaders implements Headers {
    private final List<String> raw = new ArrayList<>();

    FakeHeaders(String header) {
        for (String line : header.split("(?<=\n)", -1)) {
            boolean folded = line.startsWith(" ") || line.startsWith("\t");
            if (folded && !raw.isEmpty()) {
                raw.set(raw.size() - 1, raw.get(raw.size() - 1) + line);
            } else if (!line.isEmpty()) {
                raw.add(line);
            }
        }
    }

    @Override
    public List<HeaderField> fields() {
        return raw.stream().filter(FakeHeaders::isField).map(FakeHeaders::field).toList();
    }

    @Override
    public void append(String name, String value) {
        raw.add(rawField(name, value));
    }

    @Override
    public void prepend(String name, String value) {
        raw.add(0, rawField(name, value));
    }

    @Override
    public int remove(String name) {
        int before = raw.size();
        raw.removeIf(text -> isField(text) && field(text).name().equalsIgnoreCase(name));
        return before - raw.size();
    }

    byte[] toBytes() {
        return String.join("", raw).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isField(String text) {
        int colon = text.indexOf(':');
        return colon > 0 && isName(text.substring(0, colon));
    }

    private static HeaderField field(String text) {
        int colon = text.indexOf(':');
        byte[] octets = text.substring(colon + 1).getBytes(StandardCharsets.ISO_8859_1);
        String value = new String(octets, StandardCharsets.UTF_8);
        int begin = value.startsWith(" ") || value.startsWith("\t") ? 1 : 0;
        int end = value.endsWith("\r\n") ? value.length() - 2 : value.length();
        return new HeaderField(text.substring(0, colon), value.substring(begin, end));
    }

    private static String rawField(String name, String value) {
        if (!isName(name)) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a header field");
        }
        byte[] octets = cleaned(value).getBytes(StandardCharsets.UTF_8);
        return name + ": " + new String(octets, StandardCharsets.ISO_8859_1) + "\r\n";
    }

    private static boolean isName(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c < 127 && c != ':');
    }

    private static String cleaned(String value) {
        StringBuilder clean = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean blankFollows = i + 1 < value.length() && isBlank(value.charAt(i + 1));
            if (c == '\n' && blankFollows) {
                clean.append("\r\n");
            } else if (c == '\t' || !Character.isISOControl(c)) {
                clean.append(c);
            }
        }
        return clean.toString();
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
