package org.qpsmtpd.core.message;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;

/**
 * The header as received plus what plugins changed. Nothing is parsed until somebody asks for a
 * field, and what nobody changed is written octet by octet as it came.
 */
public final class HeaderBlock implements Headers {
    private static final int PART_OCTETS = 96;
    private static final byte[] MBOX_FROM = {'F', 'r', 'o', 'm', ' '};
    private static final byte[] MAIL_FROM = {'M', 'a', 'i', 'l', '-', 'F', 'r', 'o', 'm', ':', ' '};

    private final byte[] raw;
    private final int length;
    private final List<Part> top = new ArrayList<>();
    private final List<Part> bottom = new ArrayList<>();
    private @Nullable List<Part> parsed;
    private long held;

    /**
     * A piece of the header, line end included. The name is empty for lines that are no field.
     *
     * @param name field name as written
     * @param octets where the piece is
     */
    @SuppressWarnings("ArrayRecordComponent") // a slice, never compared
    private record Part(String name, byte[] octets, int from, int to) {
        HeaderField field() {
            int start = from + name.length();
            while (start < to && octets[start] != ':') {
                start++;
            }
            start++;
            if (start < to && (octets[start] == ' ' || octets[start] == '\t')) {
                start++;
            }
            int end = to;
            if (end > start && octets[end - 1] == '\n') {
                end--;
            }
            if (end > start && octets[end - 1] == '\r') {
                end--;
            }
            return new HeaderField(name, FieldText.read(octets, start, Math.max(start, end)));
        }

        boolean isNamed(String other) {
            return name.equalsIgnoreCase(other);
        }

        int size() {
            return to - from;
        }

        /** The same field with another name, its value octet by octet as it was. */
        Part named(String newName) {
            int rest = size() - name.length();
            byte[] start = newName.getBytes(StandardCharsets.US_ASCII);
            byte[] field = Arrays.copyOf(start, start.length + rest);
            System.arraycopy(octets, from + name.length(), field, start.length, rest);
            return new Part(newName, field, 0, field.length);
        }
    }

    /**
     * @param raw array that begins with the header; not copied, not changed
     * @param length length of the header as {@link HeaderEnd} finds it, its last line ended, the
     *     empty line after it not included
     */
    public HeaderBlock(byte[] raw, int length) {
        this.raw = raw;
        this.length = length;
        if (startsWithMboxFrom(0, length)) {
            parsed = parse(); // no field, so it cannot stay as it is below the trace fields
        }
    }

    @Override
    public List<HeaderField> fields() {
        List<HeaderField> fields = new ArrayList<>();
        for (List<Part> parts : List.of(top, middle(), bottom)) {
            for (Part part : parts) {
                if (!part.name().isEmpty()) {
                    fields.add(part.field());
                }
            }
        }
        return fields;
    }

    @Override
    public int count(String name) {
        int count = 0;
        for (List<Part> parts : List.of(top, middle(), bottom)) {
            for (Part part : parts) {
                if (part.isNamed(name)) {
                    count++;
                }
            }
        }
        return count;
    }

    @Override
    public void append(String name, String value) {
        Part part = made(name, value);
        bottom.add(part);
        hold(part);
    }

    private void hold(Part added) {
        held = held + PART_OCTETS + added.octets().length;
    }

    @Override
    public void replace(String name, String value) {
        Part part = made(name, value);
        boolean placed = false;
        for (List<Part> parts : List.of(top, middle(), bottom)) {
            ListIterator<Part> each = parts.listIterator();
            while (each.hasNext()) {
                if (each.next().isNamed(name)) {
                    if (placed) {
                        each.remove();
                    } else {
                        each.set(part);
                        placed = true;
                    }
                }
            }
        }
        if (!placed) {
            bottom.add(part);
        }
        hold(part);
    }

    /**
     * Gives fields another name; their places and values stay as they are, octet by octet.
     *
     * @param which which of the fields of that name
     */
    void rename(String name, String newName, Predicate<HeaderField> which) {
        for (List<Part> parts : List.of(top, middle(), bottom)) {
            parts.replaceAll(
                    part -> {
                        if (!part.isNamed(name) || !which.test(part.field())) {
                            return part;
                        }
                        Part renamed = part.named(newName);
                        hold(renamed);
                        return renamed;
                    });
        }
    }

    @Override
    public void prepend(String name, String value) {
        Part part = made(name, value);
        top.add(0, part);
        hold(part);
    }

    @Override
    public int remove(String name) {
        int before = top.size() + middle().size() + bottom.size();
        for (List<Part> parts : List.of(top, middle(), bottom)) {
            parts.removeIf(part -> part.isNamed(name));
        }
        return before - top.size() - middle().size() - bottom.size();
    }

    /**
     * Whether any field as received has a name beginning with these letters, found without parsing.
     *
     * @param lowerCaseName a name in lower case
     */
    boolean mayContain(String lowerCaseName) {
        if (parsed != null) {
            return true;
        }
        int last = length - lowerCaseName.length();
        boolean lineStart = true;
        for (int i = 0; i <= last; i++) {
            if (lineStart && startsWith(i, lowerCaseName)) {
                return true;
            }
            lineStart = raw[i] == '\n';
        }
        return false;
    }

    private boolean startsWith(int at, String lowerCaseName) {
        for (int i = 0; i < lowerCaseName.length(); i++) {
            if (Character.toLowerCase((char) raw[at + i]) != lowerCaseName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** About how much memory is taken by what was read of it and added to it, in octets. */
    public long held() {
        return held;
    }

    /** Octets of the header as it is now, without the empty line after it. */
    public long size() {
        long size = parsed == null ? length : 0;
        for (Part part : top) {
            size += part.size();
        }
        if (parsed != null) {
            for (Part part : parsed) {
                size += part.size();
            }
        }
        for (Part part : bottom) {
            size += part.size();
        }
        return size;
    }

    /** Writes the header as it is now, without the empty line after it. */
    public void writeTo(OutputStream out) throws IOException {
        write(top, out);
        if (parsed == null) {
            out.write(raw, 0, length);
        } else {
            write(parsed, out);
        }
        write(bottom, out);
    }

    private static void write(List<Part> parts, OutputStream out) throws IOException {
        for (Part part : parts) {
            out.write(part.octets(), part.from(), part.size());
        }
    }

    private List<Part> middle() {
        List<Part> parts = parsed;
        if (parts == null) {
            parts = parse();
            parsed = parts;
        }
        return parts;
    }

    private List<Part> parse() {
        List<Part> parts = new ArrayList<>();
        int start = 0;
        while (start < length) {
            int end = lineEnd(start);
            while (end < length && (raw[end] == ' ' || raw[end] == '\t')) {
                end = lineEnd(end);
            }
            parts.add(part(start, end, parts.isEmpty()));
            start = end;
        }
        held = held + (long) PART_OCTETS * parts.size();
        return parts;
    }

    private Part part(int start, int end, boolean first) {
        String name = nameAt(start, end);
        if (first && name.isEmpty() && startsWithMboxFrom(start, end)) {
            int rest = end - start - MBOX_FROM.length;
            byte[] line = Arrays.copyOf(MAIL_FROM, MAIL_FROM.length + rest);
            System.arraycopy(raw, start + MBOX_FROM.length, line, MAIL_FROM.length, rest);
            return new Part("Mail-From", line, 0, line.length);
        }
        return new Part(name, raw, start, end);
    }

    private boolean startsWithMboxFrom(int start, int end) {
        if (end - start < MBOX_FROM.length) {
            return false;
        }
        for (int i = 0; i < MBOX_FROM.length; i++) {
            if (raw[start + i] != MBOX_FROM[i]) {
                return false;
            }
        }
        return true;
    }

    private String nameAt(int start, int end) {
        int i = start;
        while (i < end && raw[i] > 32 && raw[i] < 127 && raw[i] != ':') {
            i++;
        }
        int nameEnd = i;
        while (i < end && (raw[i] == ' ' || raw[i] == '\t')) { // obsolete, RFC 5322 4.5
            i++;
        }
        boolean field = nameEnd > start && i < end && raw[i] == ':';
        return field ? new String(raw, start, nameEnd - start, StandardCharsets.US_ASCII) : "";
    }

    private int lineEnd(int start) {
        int i = start;
        while (i < length && raw[i] != '\n') {
            i++;
        }
        return Math.min(length, i + 1);
    }

    private static Part made(String name, String value) {
        boolean good = !name.isEmpty() && Characters.all(name, c -> c > 32 && c < 127 && c != ':');
        if (!good) {
            throw new IllegalArgumentException("'" + name + "' is not a header field name");
        }
        byte[] octets = FieldText.write(name + ": " + clean(value) + "\r\n");
        return new Part(name, octets, 0, octets.length);
    }

    /** Keeps a line end only where a blank follows, and no other control character but the tab. */
    static String clean(String value) {
        StringBuilder clean = new StringBuilder(value.length() + 8);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n') {
                if (folds(value, i + 1)) {
                    clean.append("\r\n");
                }
            } else if (isKept(c)) {
                clean.append(c);
            }
        }
        return clean.toString();
    }

    /** Whether a line begins with a blank and holds anything else: only such a line is a fold. */
    private static boolean folds(String value, int lineStart) {
        int i = lineStart;
        while (i < value.length() && (isBlank(value.charAt(i)) || !isKept(value.charAt(i)))) {
            if (value.charAt(i) == '\n') {
                return false;
            }
            i++;
        }
        return i < value.length() && i > lineStart && isBlank(value.charAt(lineStart));
    }

    private static boolean isKept(char c) {
        return c == '\t' || (c >= 32 && (c < 127 || c > 159) && c != '\u2028' && c != '\u2029');
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
