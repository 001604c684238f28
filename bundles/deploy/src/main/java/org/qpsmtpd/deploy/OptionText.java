package org.qpsmtpd.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.gate.OptionValue;

/**
 * The text of a configuration: {@code name = value} lines with the comments, continued lines and
 * escapes of Java's property files. When every value is written with quotes, as in {@code I"5"} or
 * {@code ["a", "b"]}, that is their notation, and a value may be many; the letter of the type is
 * passed over, since the plugin's own description says which type an option has. {@code ${name}} in
 * a value is a property of the framework, {@code ${env:NAME}} a variable of the environment.
 */
final class OptionText {
    private static final Pattern QUOTED =
            Pattern.compile("[TILFDXSCBtilfdxscb]?(?:\\[.*\\]|\\(.*\\)|\".*\")", Pattern.DOTALL);
    private static final Pattern REFERENCE = Pattern.compile("(\\\\?)\\$\\{([^{}]*)\\}");
    private static final String VARIABLE = "env:";
    private static final int HEX_DIGITS = 4;

    private final Function<String, @Nullable String> property;
    private final Map<String, String> values = new TreeMap<>();

    private OptionText(Function<String, @Nullable String> property) {
        this.property = property;
    }

    /**
     * Reads a text.
     *
     * @param property gives the value of a property of the framework; null when not set
     * @return the value of each name
     */
    static Map<String, OptionValue> read(String text, Function<String, @Nullable String> property)
            throws JarFault {
        OptionText options = new OptionText(property);
        options.readLines(text);
        return options.all();
    }

    private void readLines(String text) throws JarFault {
        StringBuilder whole = new StringBuilder();
        boolean open = false;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            String part = line.stripLeading();
            if (!open && (part.isEmpty() || part.startsWith("#") || part.startsWith("!"))) {
                continue;
            }
            open = isContinued(part);
            whole.append(part, 0, part.length() - (open ? 1 : 0));
            if (!open) {
                addLine(whole.toString());
                whole.setLength(0);
            }
        }
        if (open) {
            throw fault("it ends in the middle of a value");
        }
    }

    private static boolean isContinued(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }

    private void addLine(String line) throws JarFault {
        int end = 0;
        while (end < line.length() && !isSeparator(line.charAt(end))) {
            end += line.charAt(end) == '\\' ? 2 : 1;
        }
        end = Math.min(end, line.length());
        String rest = line.substring(end).stripLeading();
        if (rest.startsWith("=") || rest.startsWith(":")) {
            rest = rest.substring(1).stripLeading();
        }
        values.put(unescaped(line.substring(0, end)), rest.stripTrailing());
    }

    private static boolean isSeparator(char c) {
        return c == '=' || c == ':' || Character.isWhitespace(c);
    }

    private static String unescaped(String text) throws JarFault {
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            at++;
            if (c != '\\' || at == text.length()) {
                plain.append(c);
            } else if (text.charAt(at) == 'u') {
                plain.append(character(text, at + 1));
                at += 1 + HEX_DIGITS;
            } else {
                plain.append(control(text.charAt(at)));
                at++;
            }
        }
        return plain.toString();
    }

    private static char control(char letter) {
        return switch (letter) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'f' -> '\f';
            default -> letter;
        };
    }

    private static char character(String text, int at) throws JarFault {
        String digits = text.substring(at, Math.min(at + HEX_DIGITS, text.length()));
        if (!digits.matches("[0-9A-Fa-f]{4}")) {
            throw fault("'\\u" + OneLine.of(digits) + "' is no character: four digits must follow");
        }
        return (char) Integer.parseInt(digits, 16);
    }

    private Map<String, OptionValue> all() throws JarFault {
        boolean quoted = values.values().stream().allMatch(v -> QUOTED.matcher(v).matches());
        Map<String, OptionValue> all = new TreeMap<>();
        for (Map.Entry<String, String> option : values.entrySet()) {
            List<String> texts = new ArrayList<>();
            for (String text : quoted ? quoted(option) : List.of(unescaped(option.getValue()))) {
                texts.add(replaced(text));
            }
            all.put(option.getKey(), new OptionValue(texts, quoted));
        }
        return all;
    }

    private static List<String> quoted(Map.Entry<String, String> option) throws JarFault {
        String value = option.getValue();
        int at = Character.isLetter(value.charAt(0)) ? 1 : 0;
        boolean many = value.charAt(at) != '"';
        int end = value.length() - (many ? 1 : 0);
        at += many ? 1 : 0;
        List<String> texts = new ArrayList<>();
        boolean due = true;
        while (at < end) {
            char c = value.charAt(at);
            if (c == '"' && due) {
                int close = close(value, at + 1, end);
                texts.add(unescaped(value.substring(at + 1, close)));
                at = close + 1;
                due = false;
            } else if (Character.isWhitespace(c) || (c == ',' && !due && many)) {
                due |= c == ',';
                at++;
            } else {
                throw fault(
                        "the value of '"
                                + OneLine.of(option.getKey())
                                + "' is no text in quotes, nor a list of such texts");
            }
        }
        return texts;
    }

    /** Where the quotes close that have been opened; the end when they do not. */
    private static int close(String value, int from, int end) throws JarFault {
        int at = from;
        while (at < end) {
            if (value.charAt(at) == '"') {
                return at;
            }
            at += value.charAt(at) == '\\' ? 2 : 1;
        }
        throw fault("a text in quotes does not end");
    }

    private String replaced(String text) throws JarFault {
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder all = new StringBuilder();
        while (matcher.find()) {
            boolean meant = matcher.group(1).isEmpty();
            String value = meant ? value(matcher.group(2)) : matcher.group().substring(1);
            matcher.appendReplacement(all, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(all).toString();
    }

    private String value(String name) throws JarFault {
        String value =
                name.startsWith(VARIABLE)
                        ? System.getenv(name.substring(VARIABLE.length()))
                        : property.apply(name);
        if (value == null) {
            throw fault(
                    "'${" + OneLine.of(name) + "}' has no value; for the text itself write \\\\$");
        }
        return value;
    }

    private static JarFault fault(String reason) {
        return new JarFault(JarFault.Kind.ILL_WRITTEN, reason, "mend the file");
    }
}
