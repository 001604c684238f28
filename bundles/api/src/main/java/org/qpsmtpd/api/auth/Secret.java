package org.qpsmtpd.api.auth;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A password or token that a client sent. It is wiped when the attempt is over, and shown nowhere:
 * its text is {@code ***}. What a plugin takes of it, it wipes itself where it can.
 */
public final class Secret {
    private char @Nullable [] characters;

    private Secret(char[] characters) {
        this.characters = characters;
    }

    /** Keeps a copy of the characters. */
    public static Secret of(char[] characters) {
        return new Secret(characters.clone());
    }

    /** For what is a text already, such as a password in a file. */
    public static Secret of(String text) {
        return new Secret(text.toCharArray());
    }

    /**
     * A copy of the characters, to be wiped by whoever takes it.
     *
     * @throws IllegalStateException when the attempt is over
     */
    public synchronized char[] characters() {
        return present().clone();
    }

    /**
     * The octets in UTF-8, to be wiped by whoever takes them.
     *
     * @throws IllegalStateException when the attempt is over
     */
    public synchronized byte[] octets() {
        char[] present = present();
        ByteBuffer room = ByteBuffer.allocate(present.length * 3);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(present), room, true);
        byte[] octets = Arrays.copyOf(room.array(), room.position());
        Arrays.fill(room.array(), (byte) 0);
        return octets;
    }

    /**
     * The text, which nobody can wipe; for libraries that take nothing else.
     *
     * @throws IllegalStateException when the attempt is over
     */
    public synchronized String text() {
        return new String(present());
    }

    /** How many characters; 0 when the attempt is over. */
    public synchronized int length() {
        return characters == null ? 0 : characters.length;
    }

    /** Whether another secret is the same; takes as long wherever they differ. */
    public boolean matches(Secret other) {
        byte[] mine = octets();
        byte[] its = other.octets();
        try {
            return MessageDigest.isEqual(mine, its);
        } finally {
            Arrays.fill(mine, (byte) 0);
            Arrays.fill(its, (byte) 0);
        }
    }

    /** Overwrites it; nobody can read it any more. */
    public synchronized void wipe() {
        char[] old = characters;
        if (old != null) {
            Arrays.fill(old, '\0');
            characters = null;
        }
    }

    private char[] present() {
        char[] present = characters;
        if (present == null) {
            throw new IllegalStateException("the attempt to authenticate is over");
        }
        return present;
    }

    @Override
    public String toString() {
        return "***";
    }
}
