package org.qpsmtpd.plugin.auth.authcheckpassword;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramRun;

/**
 * The program that checks, and what it is to run when the password is right.
 *
 * @param program absolute path
 * @param next absolute path
 */
record CheckProgram(Path program, Path next) {
    private static final int MAX_OUTPUT = 1024;
    private static final Path SUDO = Path.of("/usr/bin/sudo");

    /**
     * Becomes the program, {@code $0} with its words. Its descriptor 3 is our pipe. Nothing that a
     * client sent is in it or in its words.
     */
    private static final String BECOME_PROGRAM = "exec \"$0\" \"$@\" 3<&0 0</dev/null";

    /**
     * Reads a line of {@code smtpauth-checkpassword}: two absolute paths.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static CheckProgram parse(String line) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length != 2) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not the path of a program and that of what it runs then");
        }
        return of("the program", words[0], "what it runs", words[1]);
    }

    /**
     * Makes one.
     *
     * @throws IllegalArgumentException for a path that is not absolute
     */
    static CheckProgram of(String name, String program, String nextName, String next) {
        return new CheckProgram(Program.path(name, program), Program.path(nextName, next));
    }

    /**
     * Starts it.
     *
     * @param sudo whom it runs as; empty for the server's user
     * @throws IOException when it is not there or cannot be executed; the message names it
     */
    ProgramRun start(String sudo, Map<String, String> environment, Duration limit)
            throws IOException {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", BECOME_PROGRAM));
        if (sudo.isEmpty()) {
            Program.requireExecutable(program);
        } else {
            Program.requireExecutable(SUDO);
            words.addAll(List.of(SUDO.toString(), "-n", "-C", "4", "-u", sudo, "--"));
        }
        words.addAll(List.of(program.toString(), next.toString()));
        return new Program(words, environment, limit, MAX_OUTPUT).start(() -> {});
    }

    @Override
    public String toString() {
        return program.toString();
    }
}
