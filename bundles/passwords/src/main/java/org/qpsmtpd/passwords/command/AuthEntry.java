package org.qpsmtpd.passwords.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.passwords.PasswordForm;

/**
 * Makes a line for {@code config/flat_auth_pw}, or what else keeps passwords. The password is the
 * first line of the input, where {@code bin/auth_entry} writes what it was given at the terminal;
 * never an argument, which others could see.
 */
public final class AuthEntry {
    /** Before the other arguments: only looks whether these are right. */
    private static final String CHECK = "--check";

    private static final int WRONG_USE = 2;
    private static final int LONGEST = 1000;
    private static final String USAGE =
            """
            usage: auth_entry [--form FORM] USER@DOMAIN
            Prints the user's line for config/flat_auth_pw. The password is asked for at
            the terminal, or is the first line of the input. FORM is argon2id unless it
            is given, one of:\s""";

    private final Reader input;
    private final PrintStream out;
    private final PrintStream err;

    AuthEntry(Reader input, PrintStream out, PrintStream err) {
        this.input = input;
        this.out = out;
        this.err = err;
    }

    /** The program; ends with 0, with 1 when there is no password, with 2 for wrong arguments. */
    public static void main(String[] arguments) throws IOException {
        Reader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        AuthEntry program = new AuthEntry(input, System.out, System.err);
        System.exit(program.run(arguments));
    }

    int run(String... arguments) throws IOException {
        boolean isCheck = arguments.length > 0 && arguments[0].equals(CHECK);
        List<String> words = List.of(arguments).subList(isCheck ? 1 : 0, arguments.length);
        if (words.equals(List.of("--help"))) {
            out.println(usage());
            return 0;
        }
        boolean hasForm = words.size() == 3 && words.get(0).equals("--form");
        if (!hasForm && words.size() != 1) {
            return wrong(usage());
        }
        String user = words.get(words.size() - 1);
        if (!isUser(user)) {
            return wrong("auth_entry: '" + user + "' is not of the form USER@DOMAIN");
        }
        String word = hasForm ? words.get(1) : PasswordForm.ARGON2ID.word();
        Optional<PasswordForm> form = form(word);
        if (form.isEmpty()) {
            return wrong("auth_entry: no form '" + word + "'; there are " + forms());
        }
        return isCheck ? 0 : make(user, form.get());
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
        Secret given = firstLine();
        Optional<Secret> password =
                given.length() > LONGEST ? Optional.empty() : SaslPrep.prepare(given);
        given.wipe();
        if (password.isEmpty() || password.get().length() == 0) {
            return refused(
                    "the password is empty, has a control, or more than "
                            + LONGEST
                            + " characters");
        }
        try {
            out.println(user + ":" + form.make(password.get()));
            return 0;
        } catch (IllegalArgumentException e) {
            return refused(String.valueOf(e.getMessage()));
        } finally {
            password.get().wipe();
        }
    }

    private int refused(String why) {
        err.println("auth_entry: " + why);
        return 1;
    }

    /** At most one character more than are taken. */
    private Secret firstLine() throws IOException {
        char[] line = new char[LONGEST + 1];
        int length = 0;
        for (int c = input.read(); c >= 0 && c != '\n' && c != '\r'; c = input.read()) {
            line[length++] = (char) c;
            if (length > LONGEST) {
                break;
            }
        }
        char[] exact = Arrays.copyOf(line, length);
        Secret secret = Secret.of(exact);
        Arrays.fill(line, '\0');
        Arrays.fill(exact, '\0');
        return secret;
    }
}
