package org.qpsmtpd.mailauth.spf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text with macros in it ({@code macro-string} of RFC 7208, 7.1). Each part is a String or a {@link
 * Macro}.
 */
final class MacroText {
    private static final int MOST_TEXT = 1000;
    private static final int LONGEST_NAME = 253;

    private final String source;
    private final List<Object> parts;
    private final boolean endsInMacro;
    private final boolean namesPointer;
    private final boolean namesLocal;

    private MacroText(String source, List<Object> parts, boolean endsInMacro) {
        this.source = source;
        this.parts = List.copyOf(parts);
        this.endsInMacro = endsInMacro;
        namesPointer = names("p");
        namesLocal = names("ls");
    }

    /**
     * Reads text of a record, in which no blank is.
     *
     * @throws SpfSyntaxException when a macro is none
     */
    static MacroText parse(String text) throws SpfSyntaxException {
        return parse(text, false);
    }

    /**
     * Reads the text of an explanation: {@code explain-string}.
     *
     * @throws SpfSyntaxException when a macro is none, or a character not printable ASCII
     */
    static MacroText explanation(String text) throws SpfSyntaxException {
        if (!text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new SpfSyntaxException("an explanation that is not printable ASCII:", text);
        }
        return parse(text, true);
    }

    /**
     * Reads the domain of a term: {@code domain-spec}, which ends in a macro, or in a dot and a
     * label that can be that of a top-level domain.
     *
     * @throws SpfSyntaxException when it is none
     */
    static MacroText domain(String text) throws SpfSyntaxException {
        MacroText domain = parse(text, false);
        int last = domain.parts.size() - 1;
        boolean isGood =
                domain.endsInMacro || (last >= 0 && endsInTopLabel(domain.parts.get(last)));
        if (!isGood) {
            throw new SpfSyntaxException("no domain:", text);
        }
        return domain;
    }

    private static MacroText parse(String text, boolean isText) throws SpfSyntaxException {
        List<Object> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        boolean endsInMacro = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            endsInMacro = c == '%';
            if (!endsInMacro) {
                plain.append(c);
                continue;
            }
            char kind = ++i < text.length() ? text.charAt(i) : ' ';
            switch (kind) {
                case '%' -> plain.append('%');
                case '_' -> plain.append(' ');
                case '-' -> plain.append("%20");
                case '{' -> {
                    int end = text.indexOf('}', i);
                    String inner = end < 0 ? "" : text.substring(i + 1, end);
                    if (plain.length() > 0) {
                        parts.add(plain.toString());
                        plain.setLength(0);
                    }
                    parts.add(Macro.parse(inner, isText));
                    i = end;
                }
                default ->
                        throw new SpfSyntaxException(
                                "a % that begins no macro:", text.substring(i - 1));
            }
        }
        if (plain.length() > 0) {
            parts.add(plain.toString());
        }
        return new MacroText(text, parts, endsInMacro);
    }

    private static boolean endsInTopLabel(Object part) {
        if (!(part instanceof String text)) {
            return false;
        }
        int end = text.endsWith(".") ? text.length() - 1 : text.length();
        int start = text.lastIndexOf('.', end - 1) + 1;
        if (start == 0 || start == end) {
            return false;
        }
        boolean hasOther = false;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            boolean isInner = c == '-' && i > start && i < end - 1;
            if (!Ascii.isLetterOrDigit(c) && !isInner) {
                return false;
            }
            hasOther |= !Ascii.isDigit(c);
        }
        return hasOther;
    }

    private boolean names(String letters) {
        return parts.stream()
                .anyMatch(part -> part instanceof Macro m && letters.indexOf(m.letter()) >= 0);
    }

    /** Whether a macro needs the names of the client. */
    boolean namesPointer() {
        return namesPointer;
    }

    /** Whether a macro needs the sender's local part. */
    boolean namesLocal() {
        return namesLocal;
    }

    /**
     * The name to ask for: without a dot at its end, and with as many labels as a name may have
     * (RFC 7208, 7.3). It may be no name at all.
     */
    String name(MacroValues values) {
        StringBuilder name = new StringBuilder();
        for (int i = parts.size() - 1; i >= 0 && name.length() <= LONGEST_NAME + 1; i--) {
            name.insert(0, part(i, values));
        }
        int end = name.length() - 1;
        if (end >= 0 && name.charAt(end) == '.') {
            name.setLength(end);
        }
        int more = name.length() - LONGEST_NAME;
        if (more <= 0) {
            return name.toString();
        }
        int dot = name.indexOf(".", more - 1);
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    /** The text for people, which may be cut; null when it would not be printable ASCII. */
    @Nullable String text(MacroValues values) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size() && text.length() < MOST_TEXT; i++) {
            text.append(part(i, values));
        }
        text.setLength(Math.min(text.length(), MOST_TEXT));
        return text.chars().allMatch(c -> c >= ' ' && c <= '~') ? text.toString() : null;
    }

    private String part(int i, MacroValues values) {
        return parts.get(i) instanceof Macro macro
                ? macro.transform(values.value(macro.letter()))
                : (String) parts.get(i);
    }

    /** As the domain wrote it. */
    @Override
    public String toString() {
        return source;
    }
}
