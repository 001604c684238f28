package org.qpsmtpd.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.qpsmtpd.api.mail.Address;

/**
 * A text in which {@code %d} is the domain of a recipient, {@code %l} its local part and {@code %%}
 * a {@code %}; both in lower case. Characters of these that are no letters or digits and none of
 * {@code - _ +} become {@code _}, but for the dots between the labels of a domain; what is empty is
 * {@code _}. At most 255 octets of UTF-8.
 */
public final class KeyPattern {
    private static final int MOST_OCTETS = 255;

    private final String text;
    private final boolean isFixed;

    private KeyPattern(String text, boolean isFixed) {
        this.text = text;
        this.isFixed = isFixed;
    }

    /**
     * Reads a pattern.
     *
     * @param option the option's name, for the message
     * @throws IllegalArgumentException naming the option, the text and what is allowed
     */
    public static KeyPattern of(String option, String text) {
        String rest = text.replace("%%", "");
        String unknown = rest.replace("%d", "").replace("%l", "");
        if (unknown.indexOf('%') >= 0) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' has a % that is none of %d, %l and %%");
        }
        if (text.getBytes(UTF_8).length > MOST_OCTETS) {
            throw new IllegalArgumentException(option + " is longer than 255 octets");
        }
        return new KeyPattern(text, rest.indexOf('%') < 0);
    }

    /** Whether it is the same for all recipients. */
    public boolean isFixed() {
        return isFixed;
    }

    /** Without recipient: what a fixed one always is. */
    public String fixed() {
        return text.replace("%%", "%");
    }

    /** For that recipient. */
    String of(Address recipient) {
        StringBuilder key = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == '%') {
                at++;
                key.append(word(text.charAt(at), recipient));
            } else {
                key.append(character);
            }
        }
        return cut(key.toString());
    }

    private static String word(char letter, Address recipient) {
        return switch (letter) {
            case 'd' -> plain(recipient.comparableHost(), true);
            case 'l' -> plain(recipient.comparableUser(), false);
            default -> "%";
        };
    }

    private static String plain(String word, boolean keepsDots) {
        String plain =
                word.replaceAll(keepsDots ? "[^\\p{L}\\p{N}_+.-]" : "[^\\p{L}\\p{N}_+-]", "_");
        String labels = plain.replaceAll("^[.]|[.]$|(?<=[.])[.]", "_");
        return labels.isEmpty() ? "_" : labels;
    }

    private static String cut(String key) {
        String cut = key;
        while (cut.getBytes(UTF_8).length > MOST_OCTETS) {
            int last = cut.offsetByCodePoints(cut.length(), -1);
            cut = cut.substring(0, last);
        }
        return cut;
    }
}
