package org.qpsmtpd.mime;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;

/** Charsets by the names that mail has for them. */
final class Charsets {
    private Charsets() {}

    /** The charset; UTF-8 for ASCII, of which it is a superset, and for what nobody knows. */
    static Charset named(String name) {
        try {
            Charset named = Charset.forName(name.trim());
            boolean isKnown = named.canEncode() && !named.equals(StandardCharsets.US_ASCII);
            return isKnown ? named : StandardCharsets.UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    /** Octets as text, in Latin-1 when they are none in that charset. */
    static String text(byte[] octets, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException e) {
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }

    /** Text whose characters are octets, as a header has it, read as UTF-8 where it is that. */
    static String text(String octets) {
        return text(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
