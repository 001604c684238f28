package org.qpsmtpd.mailauth.author;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fields as nobody should write them, always the same ones. */
final class AuthorsFuzzTest {
    private static final long SEED = 5322;
    private static final int FIELDS = 200_000;
    private static final int LONGEST = 65_536;

    private static final List<String> PIECES =
            List.of(
                    "joe",
                    "@",
                    "example.org",
                    "bank.example",
                    ".",
                    "<",
                    ">",
                    "(",
                    ")",
                    "\"",
                    "\\",
                    "[",
                    "]",
                    "[192.0.2.1]",
                    ",",
                    ";",
                    ":",
                    " ",
                    "\r\n ",
                    "\t",
                    "=?utf-8?q?",
                    "?=",
                    "\u00FC",
                    "\u3002",
                    "\u0000",
                    "\uDC80",
                    "\uD83D\uDE00",
                    "xn--",
                    "@a,@b:");

    private final Random random = new Random(SEED);

    @Test
    void noFieldBreaksTheReader() {
        int found = 0;
        for (int i = 0; i < FIELDS; i++) {
            Authors authors = Authors.of(List.of(pieces()));
            assertThat(authors.domains()).allMatch(name -> name.matches("[a-z0-9._-]{1,253}"));
            found += authors.domains().isEmpty() ? 0 : 1;
        }
        assertThat(found).isGreaterThan(FIELDS / 20);
    }

    @Test
    void fieldsOfTheLargestSizeAreReadInTheirTime() {
        for (String piece : PIECES) {
            for (String other : PIECES) {
                String unit = piece + other;
                String value = unit.repeat(LONGEST / unit.length());
                assertThat(Authors.of(List.of(value)).fields()).isOne();
            }
        }
    }

    private String pieces() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(16); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
