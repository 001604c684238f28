package org.qpsmtpd.api.content;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Encoded words of a header, such as {@code =?utf-8?q?caf=C3=A9?=} (RFC 2047). Words of one charset
 * that follow each other are read as one, since senders cut characters in two.
 */
public final class EncodedWords {
    private static final int LONGEST_NAME = 60;

    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private @Nullable Charset charset;

    private EncodedWords() {}

    /** A word in a text. */
    private static final class Word {
        private final Charset charset;
        private final byte[] octets;
        private final int end;

        Word(Charset charset, byte[] octets, int end) {
            this.charset = charset;
            this.octets = octets;
            this.end = end;
        }
    }

    /**
     * The text with its encoded words read; what breaks the rules stays as it is written. Linear in
     * the text.
     */
    public static String decode(String text) {
        return text.contains("=?") ? new EncodedWords().read(text) : text;
    }

    private String read(String written) {
        int at = 0;
        while (at < written.length()) {
            int start = written.indexOf("=?", at);
            Word word = start < 0 ? null : word(written, start);
            if (word == null) {
                int end = start < 0 ? written.length() : start + 2;
                plain(written.substring(at, end));
                at = end;
                continue;
            }
            String between = written.substring(at, start);
            if (charset == null || !between.isBlank()) {
                plain(between);
            }
            take(word);
            at = word.end;
        }
        flush();
        return text.toString();
    }

    private void plain(String part) {
        flush();
        text.append(part);
    }

    private void take(Word word) {
        if (!word.charset.equals(charset)) {
            flush();
        }
        charset = word.charset;
        octets.writeBytes(word.octets);
    }

    private void flush() {
        Charset read = charset;
        if (read != null) {
            text.append(new String(octets.toByteArray(), read));
            octets.reset();
            charset = null;
        }
    }

    /** The word that begins there; null when none does. */
    private static @Nullable Word word(String text, int start) {
        int name = text.indexOf('?', start + 2);
        if (name < 0 || name - start > LONGEST_NAME || name + 3 >= text.length()) {
            return null;
        }
        char encoding = text.charAt(name + 1);
        int end = endOfContent(text, name + 3);
        if (text.charAt(name + 2) != '?' || end < 0) {
            return null;
        }
        String content = text.substring(name + 3, end);
        byte[] octets = octets(encoding, content);
        return octets == null
                ? null
                : new Word(charset(text.substring(start + 2, name)), octets, end + 2);
    }

    /** Where {@code ?=} stands, before any other question mark; -1 when it does not. */
    private static int endOfContent(String text, int from) {
        int mark = text.indexOf('?', from);
        boolean isEnd = mark >= 0 && mark + 1 < text.length() && text.charAt(mark + 1) == '=';
        return isEnd ? mark : -1;
    }

    private static byte @Nullable [] octets(char encoding, String content) {
        return switch (encoding) {
            case 'b', 'B' -> Base64.getMimeDecoder().decode(wholeGroups(content));
            case 'q', 'Q' -> quoted(content);
            default -> null;
        };
    }

    /** Without what the decoder would refuse. */
    private static byte[] wholeGroups(String content) {
        StringBuilder digits = new StringBuilder(content.length());
        for (int i = 0; i < content.length() && content.charAt(i) != '='; i++) {
            char c = content.charAt(i);
            boolean isDigit =
                    (c >= 'A' && c <= 'Z')
                            || (c >= 'a' && c <= 'z')
                            || (c >= '0' && c <= '9')
                            || c == '+'
                            || c == '/';
            if (isDigit) {
                digits.append(c);
            }
        }
        if (digits.length() % 4 == 1) {
            digits.setLength(digits.length() - 1);
        }
        return digits.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] quoted(String content) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(content.length());
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            int octet = c == '=' ? hex(content, i + 1) : -1;
            if (octet >= 0) {
                octets.write(octet);
                i += 2;
            } else if (c < 128) {
                octets.write(c == '_' ? ' ' : c);
            } else {
                octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return octets.toByteArray();
    }

    private static int hex(String text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** UTF-8 for what nobody knows; a language behind {@code *} is left out (RFC 2231, 5). */
    private static Charset charset(String name) {
        int language = name.indexOf('*');
        try {
            return Charset.forName(language < 0 ? name : name.substring(0, language));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
