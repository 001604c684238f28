package org.qpsmtpd.passwords.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.passwords.StoredPassword;

class AuthEntryTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... arguments) throws IOException {
        AuthEntry program =
                new AuthEntry(
                        new StringReader(input),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return program.run(arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "argon2id, $argon2id$v=19$m=19456",
        "bcrypt, $2b$12$",
        "pbkdf2, $pbkdf2-sha256$600000$",
        "sha512-crypt, $6$",
        "scram-sha-256, SCRAM-SHA-256$10000:",
    })
    void printsALine(String form, String start) throws IOException {
        assertThat(run("p\u00e4ncil one\r\nmore\n", "--form", form, "ann@example.com")).isZero();

        assertThat(printed()).startsWith("ann@example.com:" + start).hasLineCount(1);
        String kept = printed().strip().substring("ann@example.com:".length());
        Credentials given = Credentials.withPassword("PLAIN", "ann", Secret.of("p\u00e4ncil one"));
        assertThat(StoredPassword.parse(kept).isProvedBy(given)).isTrue();
        assertThat(err.size()).isZero();
    }

    @Test
    void takesArgon2OfItself() throws IOException {
        assertThat(run("pencil", "ann@example.com")).isZero();
        assertThat(printed()).startsWith("ann@example.com:$argon2id$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\u0007b\n"})
    void needsAPassword(String input) throws IOException {
        assertThat(run(input, "ann@example.com")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("is empty, has a control");
        assertThat(out.size()).isZero();
    }

    @Test
    void takesNoLineWithoutEnd() throws IOException {
        assertThat(run("x".repeat(1_000_000), "ann@example.com")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("more than 1000 characters");
    }

    @Test
    void takesNothingForBcryptThatItWouldCut() throws IOException {
        assertThat(run("x".repeat(73), "--form", "bcrypt", "ann@example.com")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("at most 72 octets");
        assertThat(run("x".repeat(72), "--form", "bcrypt", "ann@example.com")).isZero();
    }

    @Test
    void looksOnlyAtTheArgumentsOnWish() throws IOException {
        assertThat(run("", "--check", "--form", "bcrypt", "ann@example.com")).isZero();
        assertThat(run("", "--check", "ann")).isEqualTo(2);
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--form md5 ann@example.com, no form 'md5'; there are argon2id",
        "ann, 'ann' is not of the form USER@DOMAIN",
        "an:n@example.com, 'an:n@example.com' is not",
        "ann@example.com pencil, usage: auth_entry",
        "--from bcrypt ann@example.com, usage: auth_entry",
    })
    void saysWhatIsWrong(String arguments, String text) throws IOException {
        assertThat(run("pencil\n", arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(text);
        assertThat(out.size()).isZero();
    }

    @Test
    void tellsHowItIsUsed() throws IOException {
        assertThat(run("", "--help")).isZero();
        assertThat(printed()).contains("scram-sha-256.");
    }
}
