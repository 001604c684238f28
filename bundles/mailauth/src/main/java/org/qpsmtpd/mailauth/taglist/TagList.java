package org.qpsmtpd.mailauth.taglist;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tag list (RFC 6376 section 3.2), one character (U+0000 to U+00FF) for each octet. Octets beyond
 * ASCII may stand in values, as RFC 8616 has it. Immutable.
 */
public final class TagList {
    private static final int MOST_TAGS = 1000;

    private final String text;
    private final boolean isTolerant;
    private final Map<String, Tag> tags = new LinkedHashMap<>();
    private final Set<String> repeated = new HashSet<>(0);
    private @Nullable String fault;

    /**
     * A tag's value.
     *
     * @param value without blanks and folds around it; those within are kept
     * @param start where it begins in the text, with the blanks before it: behind the {@code =}
     * @param end where it ends, with the blanks behind it: at the {@code ;} or the end of the text
     */
    private record Tag(String value, int start, int end) {}

    private TagList(String text, boolean isTolerant) {
        this.text = text;
        this.isTolerant = isTolerant;
    }

    /** Reads a text; what is wrong with it, {@link #fault} says. */
    public static TagList parse(String text) {
        return read(text, false);
    }

    /**
     * Reads a text as DMARC does (RFC 9989 section 4.8): what is no tag is left out, the names are
     * taken in lower case, and of several tags of a name the first one is kept, see {@link
     * #isRepeated}. There is a fault only when no tag is left.
     */
    public static TagList tolerant(String text) {
        return read(text, true);
    }

    private static TagList read(String text, boolean isTolerant) {
        TagList list = new TagList(text, isTolerant);
        list.read();
        return list;
    }

    private void read() {
        int at = 0;
        while (at < text.length() && fault == null) {
            int semicolon = text.indexOf(';', at);
            int end = semicolon < 0 ? text.length() : semicolon;
            if (semicolon >= 0 || tags.isEmpty() || !isBlank(at, end)) {
                String wrong = add(at, end);
                fault = isTolerant ? null : wrong;
            }
            at = end + 1;
        }
        if (tags.isEmpty() && fault == null) {
            fault = "it is empty";
        }
        if (fault != null) {
            tags.clear();
        }
    }

    private boolean isBlank(int from, int to) {
        return skipBlanks(from, to) == to;
    }

    private int skipBlanks(int from, int to) {
        int at = from;
        while (at < to && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int dropBlanks(int from, int to) {
        int at = to;
        while (at > from && isBlank(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private @Nullable String add(int from, int to) {
        int equals = text.indexOf('=', from);
        if (equals < 0 || equals >= to) {
            return isBlank(from, to) ? "there is an empty tag" : "there is a tag without =";
        }
        int nameStart = skipBlanks(from, equals);
        String name = named(text.substring(nameStart, dropBlanks(nameStart, equals)));
        if (!isName(name)) {
            return "there is a tag without a proper name";
        }
        int valueStart = skipBlanks(equals + 1, to);
        String value = text.substring(valueStart, dropBlanks(valueStart, to));
        if (!isValue(value)) {
            return "the tag " + name + "= has control characters";
        }
        if (tags.size() >= MOST_TAGS) {
            return "it has too many tags";
        }
        if (tags.putIfAbsent(name, new Tag(value, equals + 1, to)) != null) {
            repeated.add(name);
            return "the tag " + name + "= is there twice";
        }
        return null;
    }

    private String named(String name) {
        return isTolerant ? name.toLowerCase(Locale.ROOT) : name;
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > 100 || !isLetter(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && !isBlank(c)) || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** What is wrong with the text, for the log; absent when it is a tag list. Then it has tags. */
    public Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /** The value of a tag, without blanks around it; null when it is not there. */
    public @Nullable String get(String name) {
        Tag tag = tags.get(name);
        return tag == null ? null : tag.value;
    }

    /** The value of a tag without any blanks and folds; null when it is not there. */
    public @Nullable String compact(String name) {
        String value = get(name);
        return value == null ? null : compacted(value);
    }

    /** A text without blanks and folds. */
    public static String compacted(String text) {
        return compacted(text, text.length());
    }

    /** The first characters of a text without blanks and folds, at most so many. */
    public static String compacted(String text, int most) {
        char[] kept = new char[Math.min(most, text.length())];
        int count = 0;
        for (int at = 0; at < text.length() && count < kept.length; at++) {
            char next = text.charAt(at);
            if (!isBlank(next)) {
                kept[count++] = next;
            }
        }
        return count == text.length() ? text : new String(kept, 0, count);
    }

    /** The names of the tags, in the order of the text. */
    public Set<String> names() {
        return Set.copyOf(tags.keySet());
    }

    /** Whether a tag is the first one; false also when it is not there. */
    public boolean isFirst(String name) {
        return !tags.isEmpty() && tags.keySet().iterator().next().equals(name);
    }

    /** Whether there was another tag of that name, which is left out. */
    public boolean isRepeated(String name) {
        return repeated.contains(name);
    }

    /** Where a tag's value begins in the text: behind its {@code =}; -1 when it is not there. */
    public int start(String name) {
        Tag tag = tags.get(name);
        return tag == null ? -1 : tag.start;
    }

    /** Where a tag's value ends, with blanks behind it; -1 when it is not there. */
    public int end(String name) {
        Tag tag = tags.get(name);
        return tag == null ? -1 : tag.end;
    }
}
