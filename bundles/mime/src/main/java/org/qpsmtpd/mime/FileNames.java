package org.qpsmtpd.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.stream.NameValuePair;
import org.apache.james.mime4j.stream.ParserCursor;
import org.apache.james.mime4j.stream.RawFieldParser;
import org.apache.james.mime4j.util.ByteArrayBuffer;
import org.apache.james.mime4j.util.ByteSequence;

/**
 * The names that mail readers show for a part. They differ in what they take of a field that breaks
 * the rules or says several things, so each reading of it counts.
 */
final class FileNames {
    private static final List<String> FIELDS = List.of("Content-Disposition", "Content-Type");
    private static final List<String> PARAMETERS = List.of("filename", "name");
    private static final int MOST = 32;
    private static final int LONGEST = 1000;

    private final Set<String> names = new LinkedHashSet<>();

    private FileNames() {}

    /** Those of a part with that header. */
    static List<String> of(PartFields fields) {
        FileNames found = new FileNames();
        for (String field : FIELDS) {
            for (String body : fields.all(field)) {
                found.read(body);
            }
        }
        return List.copyOf(found.names);
    }

    private void read(String body) {
        List<NameValuePair> parameters = parameters(body);
        for (String wanted : PARAMETERS) {
            Segments inOrder = new Segments(wanted);
            for (NameValuePair parameter : parameters) {
                String name = parameter.getName().toLowerCase(Locale.ROOT).trim();
                String value = parameter.getValue() == null ? "" : parameter.getValue();
                if (name.equals(wanted)) {
                    add(value);
                } else {
                    inOrder.take(name, value);
                }
            }
            inOrder.names().forEach(this::addDecoded);
            loose(body, wanted).forEach(this::add);
        }
    }

    private static List<NameValuePair> parameters(String body) {
        byte[] octets = body.getBytes(StandardCharsets.ISO_8859_1);
        ByteSequence sequence = new ByteArrayBuffer(octets, true);
        int first = body.indexOf(';');
        if (first < 0) {
            return List.of();
        }
        ParserCursor behindValue = new ParserCursor(0, octets.length);
        behindValue.updatePos(first);
        return RawFieldParser.DEFAULT.parseParameters(sequence, behindValue);
    }

    /** What stands behind the parameter's name up to the next semicolon, however it is quoted. */
    private static List<String> loose(String body, String wanted) {
        List<String> found = new ArrayList<>();
        String lower = body.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(wanted);
        while (at >= 0 && found.size() < MOST) {
            int behind = at + wanted.length();
            while (behind < body.length() && isBlank(body.charAt(behind))) {
                behind++;
            }
            if (behind < body.length() && body.charAt(behind) == '=') {
                int end = body.indexOf(';', behind);
                String text = body.substring(behind + 1, end < 0 ? body.length() : end).trim();
                found.add(text.replaceAll("^[\"']|[\"']$", ""));
            }
            at = lower.indexOf(wanted, at + 1);
        }
        return found;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** As it stands, and with its encoded words read. */
    private void add(String octets) {
        String text = Charsets.text(octets);
        addDecoded(text);
        if (text.contains("=?")) {
            addDecoded(DecoderUtil.decodeEncodedWords(text, DecodeMonitor.SILENT));
        }
    }

    private void addDecoded(String name) {
        String clean = clean(name);
        if (!clean.isEmpty() && names.size() < MOST) {
            names.add(clean);
        }
    }

    private static String clean(String name) {
        StringBuilder clean = new StringBuilder();
        name.codePoints().filter(FileNames::isShown).forEach(clean::appendCodePoint);
        String text = clean.toString().trim();
        return text.substring(Math.max(0, text.length() - LONGEST));
    }

    private static boolean isShown(int c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
