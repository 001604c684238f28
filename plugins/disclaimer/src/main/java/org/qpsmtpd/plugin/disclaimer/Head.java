package org.qpsmtpd.plugin.disclaimer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The header of a part, as far as it says how its content is written. */
final class Head {
    static final String TYPE = "Content-Type";
    static final String ENCODING = "Content-Transfer-Encoding";

    private static final String DISPOSITION = "Content-Disposition";

    private final Map<String, String> fields = new LinkedHashMap<>();
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final String type;

    /**
     * @param lines fields, maybe folded, octets as Latin-1; the first of a name counts
     * @param usual the type without Content-Type
     */
    Head(List<String> lines, String usual) {
        for (String field : unfolded(lines)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                String name = field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                fields.putIfAbsent(name, field.substring(colon + 1).strip());
            }
        }
        List<String> words = words(field(TYPE));
        String first = words.get(0).toLowerCase(Locale.ROOT);
        type = first.indexOf('/') > 0 ? first : usual;
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                String name = word.substring(0, equals).strip().toLowerCase(Locale.ROOT);
                parameters.putIfAbsent(name, word.substring(equals + 1).strip());
            }
        }
    }

    private static List<String> unfolded(List<String> lines) {
        List<String> fields = new ArrayList<>();
        for (String line : lines) {
            boolean isMore = line.startsWith(" ") || line.startsWith("\t");
            if (isMore && !fields.isEmpty()) {
                int last = fields.size() - 1;
                fields.set(last, fields.get(last) + " " + line.strip());
            } else {
                fields.add(line.strip());
            }
        }
        return fields;
    }

    /** What stands between semicolons that are not in quotation marks. */
    private static List<String> words(String value) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean isQuoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            isQuoted ^= c == '"';
            if (c == ';' && !isQuoted) {
                words.add(word.toString().strip());
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        words.add(word.toString().strip());
        return words;
    }

    private String field(String name) {
        return fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    String type() {
        return type;
    }

    boolean isMultipart() {
        return type.startsWith("multipart/");
    }

    boolean isAttachment() {
        return field(DISPOSITION).toLowerCase(Locale.ROOT).startsWith("attachment");
    }

    /** In lower case; {@code 7bit} without. */
    String encoding() {
        String encoding = words(field(ENCODING)).get(0).toLowerCase(Locale.ROOT);
        return encoding.isEmpty() ? "7bit" : encoding;
    }

    /** The value of a parameter of the type without quotation marks; empty without. */
    String parameter(String name) {
        String value = parameters.getOrDefault(name, "");
        boolean isQuoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return isQuoted ? value.substring(1, value.length() - 1).replace("\\", "") : value;
    }

    /** The value of Content-Type with another charset. */
    String typeWith(String charset) {
        StringBuilder value = new StringBuilder(type).append("; charset=").append(charset);
        parameters.forEach(
                (name, text) -> {
                    if (!name.equals("charset")) {
                        value.append("; ").append(name).append('=').append(text);
                    }
                });
        return value.toString();
    }

    /** A line of a header as octets, without its end. */
    static byte[] octets(String line) {
        return line.getBytes(StandardCharsets.ISO_8859_1);
    }
}
