package org.qpsmtpd.passwords.command;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.passwords.PasswordForm;

/**
 * Makes a line for {@code config/flat_auth_pw}, or what else keeps passwords. The password is read
 * from the terminal, or is the first line of the input; never an argument, which others could see.
 */
public final class AuthEntry {
    private static final int WRONG_USE = 2;
    private static final int LONGEST = 1000;
    private static final String USAGE =
            """
            usage: auth_entry [--form FORM] USER@DOMAIN
            Prints the user's line for config/flat_auth_pw. The password is asked for at
            the terminal, or is the first line of the input. FORM is argon2id unless it
            is given, one of:\s""";

    private final Reader input;
    private final @Nullable Console terminal;
    private final PrintStream out;
    private final PrintStream err;

    AuthEntry(Reader input, @Nullable Console terminal, PrintStream out, PrintStream err) {
        this.input = input;
        this.terminal = terminal;
        this.out = out;
        this.err = err;
    }

    /** The program; ends with 0, with 1 when there is no password, with 2 for wrong arguments. */
    public static void main(String[] arguments) throws IOException {
        Reader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        AuthEntry program = new AuthEntry(input, System.console(), System.out, System.err);
        System.exit(program.run(arguments));
    }

    int run(String... arguments) throws IOException {
        if (arguments.length == 1 && arguments[0].equals("--help")) {
            out.println(usage());
            return 0;
        }
        boolean hasForm = arguments.length == 3 && arguments[0].equals("--form");
        if (!hasForm && arguments.length != 1) {
            return wrong(usage());
        }
        String user = arguments[arguments.length - 1];
        if (!isUser(user)) {
            return wrong("auth_entry: '" + user + "' is not of the form USER@DOMAIN");
        }
        Optional<PasswordForm> form =
                hasForm ? form(arguments[1]) : Optional.of(PasswordForm.ARGON2ID);
        return form.isPresent()
                ? make(user, form.get())
                : wrong("auth_entry: no form '" + arguments[1] + "'; there are " + forms());
    }

    private static String usage() {
        return USAGE + forms() + ".";
    }

    private static String forms() {
        return Arrays.stream(PasswordForm.values())
                .map(PasswordForm::word)
                .collect(Collectors.joining(", "));
    }

    private static Optional<PasswordForm> form(String word) {
        return Arrays.stream(PasswordForm.values())
                .filter(form -> form.word().equals(word))
                .findFirst();
    }

    private static boolean isUser(String user) {
        return user.indexOf('@') > 0 && user.chars().noneMatch(c -> c <= ' ' || c == ':');
    }

    private int wrong(String text) {
        err.println(text);
        return WRONG_USE;
    }

    private int make(String user, PasswordForm form) throws IOException {
        Optional<Secret> given = read();
        if (given.isEmpty()) {
            return 1;
        }
        Optional<Secret> password = SaslPrep.prepare(given.get());
        given.get().wipe();
        if (password.isEmpty() || password.get().length() == 0) {
            err.println("auth_entry: the password is empty, or has a control");
            return 1;
        }
        out.println(user + ":" + form.make(password.get()));
        password.get().wipe();
        return 0;
    }

    private Optional<Secret> read() throws IOException {
        Console there = terminal;
        return there == null ? Optional.of(firstLine()) : twice(there);
    }

    private Optional<Secret> twice(Console there) {
        char @Nullable [] first = there.readPassword("Password: ");
        char @Nullable [] second = there.readPassword("Once more: ");
        if (first == null || second == null || !Arrays.equals(first, second)) {
            err.println("auth_entry: the two passwords differ");
            return Optional.empty();
        }
        Arrays.fill(second, '\0');
        Secret secret = Secret.of(first);
        Arrays.fill(first, '\0');
        return Optional.of(secret);
    }

    private Secret firstLine() throws IOException {
        char[] line = new char[LONGEST];
        int length = 0;
        for (int c = input.read(); c >= 0 && c != '\n' && c != '\r'; c = input.read()) {
            if (length == LONGEST) {
                throw new IOException("the password is longer than " + LONGEST + " characters");
            }
            line[length++] = (char) c;
        }
        Secret secret = Secret.of(Arrays.copyOf(line, length));
        Arrays.fill(line, '\0');
        return secret;
    }
}
