package org.qpsmtpd.core.message;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Function;
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
    private final List<HeaderPart> top = new ArrayList<>();
    private final List<HeaderPart> bottom = new ArrayList<>();
    private @Nullable List<HeaderPart> parsed;
    private long held;

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
        return each(HeaderPart::field);
    }

    @Override
    public List<byte[]> octets() {
        return each(HeaderPart::copy);
    }

    private <T> List<T> each(Function<HeaderPart, T> reading) {
        List<T> all = new ArrayList<>();
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
            for (HeaderPart part : parts) {
                if (part.isField()) {
                    all.add(reading.apply(part));
                }
            }
        }
        return all;
    }

    @Override
    public int count(String name) {
        int count = 0;
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
            for (HeaderPart part : parts) {
                if (part.isNamed(name)) {
                    count++;
                }
            }
        }
        return count;
    }

    @Override
    public void append(String name, String value) {
        HeaderPart part = HeaderPart.of(name, value);
        bottom.add(part);
        hold(part);
    }

    private void hold(HeaderPart added) {
        held = held + PART_OCTETS + added.octets().length;
    }

    @Override
    public void replace(String name, String value) {
        HeaderPart part = HeaderPart.of(name, value);
        boolean placed = false;
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
            ListIterator<HeaderPart> each = parts.listIterator();
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

    @Override
    public void insert(int index, String name, String value) {
        HeaderPart part = HeaderPart.of(name, value);
        if (index == 0) {
            top.add(0, part);
        } else {
            goTo(index, HeaderPart::isField, true).add(part);
        }
        hold(part);
    }

    @Override
    public void replace(String name, int occurrence, String value) {
        HeaderPart part = HeaderPart.of(name, value);
        goTo(occurrence, has -> has.isNamed(name), false).set(part);
        hold(part);
    }

    @Override
    public void remove(String name, int occurrence) {
        goTo(occurrence, part -> part.isNamed(name), false).remove();
    }

    /**
     * Goes to one of some pieces.
     *
     * @param number which of them, from 0
     * @param before whether to stop before it, or behind the last one; else the piece itself is
     *     what the iterator gave last
     */
    private ListIterator<HeaderPart> goTo(int number, Predicate<HeaderPart> which, boolean before) {
        int seen = 0;
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
            ListIterator<HeaderPart> each = parts.listIterator();
            while (each.hasNext()) {
                if (which.test(each.next()) && seen++ == number) {
                    if (before) {
                        each.previous();
                    }
                    return each;
                }
            }
        }
        if (before && seen == number) {
            return bottom.listIterator(bottom.size());
        }
        throw new IndexOutOfBoundsException(number + " of " + seen + " header fields");
    }

    /**
     * Gives fields another name; their places and values stay as they are, octet by octet.
     *
     * @param which which of the fields of that name
     */
    void rename(String name, String newName, Predicate<HeaderField> which) {
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
            parts.replaceAll(
                    part -> {
                        if (!part.isNamed(name) || !which.test(part.field())) {
                            return part;
                        }
                        HeaderPart renamed = part.named(newName);
                        hold(renamed);
                        return renamed;
                    });
        }
    }

    @Override
    public void prepend(String name, String value) {
        HeaderPart part = HeaderPart.of(name, value);
        top.add(0, part);
        hold(part);
    }

    @Override
    public int remove(String name) {
        int before = top.size() + middle().size() + bottom.size();
        for (List<HeaderPart> parts : List.of(top, middle(), bottom)) {
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
        for (HeaderPart part : top) {
            size += part.size();
        }
        if (parsed != null) {
            for (HeaderPart part : parsed) {
                size += part.size();
            }
        }
        for (HeaderPart part : bottom) {
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

    private static void write(List<HeaderPart> parts, OutputStream out) throws IOException {
        for (HeaderPart part : parts) {
            out.write(part.octets(), part.from(), part.size());
        }
    }

    private List<HeaderPart> middle() {
        List<HeaderPart> parts = parsed;
        if (parts == null) {
            parts = parse();
            parsed = parts;
        }
        return parts;
    }

    private List<HeaderPart> parse() {
        List<HeaderPart> parts = new ArrayList<>();
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

    private HeaderPart part(int start, int end, boolean first) {
        String name = nameAt(start, end);
        if (first && name.isEmpty() && startsWithMboxFrom(start, end)) {
            int rest = end - start - MBOX_FROM.length;
            byte[] line = Arrays.copyOf(MAIL_FROM, MAIL_FROM.length + rest);
            System.arraycopy(raw, start + MBOX_FROM.length, line, MAIL_FROM.length, rest);
            return new HeaderPart("Mail-From", line, 0, line.length);
        }
        return new HeaderPart(name, raw, start, end);
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
}
