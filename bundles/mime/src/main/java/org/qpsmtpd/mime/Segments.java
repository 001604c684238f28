package org.qpsmtpd.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The forms of a parameter that RFC 2231 adds: with a charset, and in several segments. */
final class Segments {
    private static final int MOST = 1000;

    private final String wanted;
    private final TreeMap<Integer, Segment> numbered = new TreeMap<>();
    private final List<Segment> asWritten = new ArrayList<>();
    private final List<String> whole = new ArrayList<>();

    private record Segment(String value, boolean isEncoded) {}

    /**
     * @param wanted the parameter's plain name
     */
    Segments(String wanted) {
        this.wanted = wanted;
    }

    /** Looks at a parameter: {@code filename*}, {@code filename*1} and {@code filename*1*} are. */
    void take(String name, String value) {
        if (!name.startsWith(wanted + "*") || asWritten.size() >= MOST) {
            return;
        }
        String rest = name.substring(wanted.length() + 1);
        if (rest.isEmpty()) {
            whole.add(joined(List.of(new Segment(value, true))));
            return;
        }
        boolean isEncoded = rest.endsWith("*");
        String digits = isEncoded ? rest.substring(0, rest.length() - 1) : rest;
        Segment segment = new Segment(value, isEncoded);
        asWritten.add(segment);
        if (digits.length() <= 4 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            numbered.putIfAbsent(digits.isEmpty() ? 0 : Integer.parseInt(digits), segment);
        }
    }

    /** What they say: by their numbers, and as they stand. */
    List<String> names() {
        List<String> names = new ArrayList<>(whole);
        if (!asWritten.isEmpty()) {
            names.add(joined(List.copyOf(numbered.values())));
            names.add(joined(asWritten));
        }
        return names;
    }

    private static String joined(List<Segment> segments) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        Charset charset = StandardCharsets.UTF_8;
        boolean isFirst = true;
        for (Segment segment : segments) {
            String value = segment.value;
            if (segment.isEncoded && isFirst) {
                charset = Charsets.named(value.substring(0, Math.max(0, value.indexOf('\''))));
                value = value.substring(behindLanguage(value));
            }
            append(octets, value, segment.isEncoded);
            isFirst = false;
        }
        return Charsets.text(octets.toByteArray(), charset);
    }

    /** Behind {@code charset'language'}; 0 where that is missing. */
    private static int behindLanguage(String value) {
        int first = value.indexOf('\'');
        return first < 0 ? 0 : value.indexOf('\'', first + 1) + 1;
    }

    private static void append(ByteArrayOutputStream octets, String value, boolean isEncoded) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            int octet = isEncoded && c == '%' ? percent(value, i) : -1;
            octets.write(octet < 0 ? c : octet);
            i += octet < 0 ? 0 : 2;
        }
    }

    private static int percent(String value, int at) {
        if (at + 2 >= value.length()) {
            return -1;
        }
        int high = Character.digit(value.charAt(at + 1), 16);
        int low = Character.digit(value.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
