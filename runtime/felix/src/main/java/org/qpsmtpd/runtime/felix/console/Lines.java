package org.qpsmtpd.runtime.felix.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Commands from something that is no terminal, one a line. */
final class Lines {
    private static final Set<String> LEAVE = Set.of("exit", "quit", "logout");

    private Lines() {}

    /**
     * Runs them all to the end of the input; empty lines and lines that begin with {@code #} are
     * passed over.
     *
     * @return the status of the first that failed, 0 when none did
     */
    static int run(InputStream in, ConsoleConnection connection) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int first = 0;
        @Nullable String line = lines.readLine();
        while (line != null && !isLeave(line)) {
            String command = line.strip();
            if (!command.isEmpty() && !command.startsWith("#")) {
                int status = connection.run(command);
                first = first == 0 ? status : first;
            }
            line = lines.readLine();
        }
        return first;
    }

    /** Whether the line asks to leave the console. */
    static boolean isLeave(String line) {
        return LEAVE.contains(line.strip());
    }
}
