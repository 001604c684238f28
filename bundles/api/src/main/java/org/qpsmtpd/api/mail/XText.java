package org.qpsmtpd.api.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/** The encoding of values in ESMTP parameters: {@code +XX} for what may not stand (RFC 3461). */
public final class XText {
    private static final String DIGITS = "0123456789ABCDEF";

    private XText() {}

    /** Encodes the octets of a text in UTF-8. */
    public static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(UTF_8)) {
            if (isPlain(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('+').append(DIGITS.charAt(octet >> 4 & 15));
                encoded.append(DIGITS.charAt(octet & 15));
            }
        }
        return encoded.toString();
    }

    /** Decodes a value in UTF-8; absent when it is malformed. */
    public static Optional<String> decode(String value) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isPlain(c)) {
                octets.write(c);
            } else if (c == '+' && i + 2 < value.length()) {
                int high = DIGITS.indexOf(value.charAt(i + 1));
                int low = DIGITS.indexOf(value.charAt(i + 2));
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octets.write(high << 4 | low);
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        return text(octets.toByteArray());
    }

    private static Optional<String> text(byte[] octets) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isPlain(int c) {
        return c > 32 && c < 127 && c != '+' && c != '=';
    }
}
