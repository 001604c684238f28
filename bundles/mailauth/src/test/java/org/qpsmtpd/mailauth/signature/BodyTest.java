package org.qpsmtpd.mailauth.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BodyTest {
    private static final String PARTS = "ab\u00e9\0 \t\r\n";
    private static final String WORDS = "ab!\u00a0\u00e9";

    /** The canonical form by the letter of RFC 6376, line by line. */
    private static String form(Canonicalization way, String body) {
        StringBuilder form = new StringBuilder();
        StringBuilder empty = new StringBuilder();
        String[] lines = body.split("\r\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (way == Canonicalization.RELAXED) {
                line = line.replaceAll("[ \t]+", " ").replaceAll(" $(?![\r\n])", "");
            }
            if (line.isEmpty()) {
                empty.append("\r\n");
                continue;
            }
            form.append(empty).append(line).append("\r\n");
            empty.setLength(0);
        }
        boolean isEmpty = form.length() == 0;
        return isEmpty && way == Canonicalization.SIMPLE ? "\r\n" : form.toString();
    }

    /** Some parts, with at most so many letters before each. */
    private static String text(Random random, int parts, int letters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            for (int j = random.nextInt(letters + 1); j > 0; j--) {
                text.append(WORDS.charAt(random.nextInt(WORDS.length())));
            }
            int part = random.nextInt(PARTS.length() + 2);
            text.append(part < PARTS.length() ? PARTS.substring(part, part + 1) : "\r\n");
        }
        return text.toString();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(octets(text)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BodyHash hash(Canonicalization way, long limit, String text, Random sizes) {
        Body body = new Body();
        BodyHash hash = body.hash(way, limit);
        byte[] octets = octets(text);
        int at = 0;
        while (at < octets.length) {
            int size = 1 + sizes.nextInt(Math.min(60, octets.length - at));
            body.add(octets, at, size);
            at += size;
        }
        body.end();
        return hash;
    }

    private static String hex(BodyHash hash) {
        return HexFormat.of().formatHex(hash.hash());
    }

    @ParameterizedTest
    @CsvSource({"SIMPLE", "RELAXED"})
    void isTheFormOfTheRfcHoweverItArrives(Canonicalization way) {
        Random random = new Random(6376);
        for (int i = 0; i < 5_000; i++) {
            String text = text(random, random.nextInt(60), random.nextInt(9));
            String expected = form(way, text);
            BodyHash hash = hash(way, BodyHash.WHOLE, text, random);
            assertThat(hash.length()).isEqualTo(expected.length());
            assertThat(hex(hash)).isEqualTo(sha256(expected));
        }
    }

    @Test
    void hashesTheFirstOctets() {
        String text = "a  b \r\n\r\nc\r\n\r\n";
        String expected = "a b\r\n\r\nc\r\n";
        for (int limit = 0; limit < 15; limit++) {
            BodyHash hash = hash(Canonicalization.RELAXED, limit, text, new Random(limit));
            int end = Math.min(limit, expected.length());
            assertThat(hex(hash)).isEqualTo(sha256(expected.substring(0, end)));
            assertThat(hash.length()).isEqualTo(expected.length());
        }
    }

    @Test
    void hashesOnceForTheSameWay() {
        Body body = new Body();
        assertThat(body.isUnused()).isTrue();
        BodyHash hash = body.hash(Canonicalization.SIMPLE, 5);
        assertThat(body.hash(Canonicalization.SIMPLE, 5)).isSameAs(hash);
        assertThat(body.hash(Canonicalization.SIMPLE, 6)).isNotSameAs(hash);
        assertThat(body.hash(Canonicalization.RELAXED, 5)).isNotSameAs(hash);
        assertThat(body.isUnused()).isFalse();
    }

    @Test
    void takesManyEmptyLinesAndLongOnes() {
        String lines = "\r\n".repeat(1_000_000) + "x" + " y".repeat(1_000_000);
        BodyHash hash = hash(Canonicalization.RELAXED, BodyHash.WHOLE, lines, new Random(1));
        assertThat(hex(hash)).isEqualTo(sha256(lines + "\r\n"));
    }
}
