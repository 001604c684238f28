package org.qpsmtpd.core.sasl;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.Secret;

/** Reads names and passwords in what a client sent. */
final class ClientText {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PASSWORD = 1024;

    private ClientText() {}

    /** Text of UTF-8; absent when it is none. */
    static Optional<String> text(byte[] octets, int from, int to) {
        return decoded(octets, from, to).map(CharBuffer::toString);
    }

    /** A name, prepared; empty when there is none, absent when it cannot be one. */
    static Optional<String> name(byte[] octets, int from, int to) {
        return text(octets, from, to).flatMap(ClientText::name);
    }

    /** The same for a text. */
    static Optional<String> name(String text) {
        return SaslPrep.prepare(text).filter(name -> name.length() <= LONGEST_NAME);
    }

    /** A password, prepared; of no characters when there is none, absent when it cannot be one. */
    static Optional<Secret> password(byte[] octets, int from, int to) {
        Optional<CharBuffer> decoded =
                to - from > LONGEST_PASSWORD ? Optional.empty() : decoded(octets, from, to);
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        char[] characters = new char[decoded.get().remaining()];
        decoded.get().get(characters);
        Secret secret = Secret.of(characters);
        Arrays.fill(characters, '\0');
        Optional<Secret> prepared = SaslPrep.prepare(secret);
        secret.wipe();
        return prepared;
    }

    private static Optional<CharBuffer> decoded(byte[] octets, int from, int to) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(octets, from, to - from)));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Where an octet is, at or behind a place; -1 when it is not there. */
    static int indexOf(byte[] octets, int octet, int from) {
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == octet) {
                return i;
            }
        }
        return -1;
    }
}
