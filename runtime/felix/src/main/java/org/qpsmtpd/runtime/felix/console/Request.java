package org.qpsmtpd.runtime.felix.console;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the client.
 *
 * @param socket the socket that was named, or null
 * @param line the line to run; empty to read lines
 * @param help whether only help is wanted
 */
record Request(@Nullable Path socket, String line, boolean help) {
    static final String USAGE =
            """
            usage: qpsmtpd-console [--socket PATH] [COMMAND...]

            Runs a command in a running server and exits with its status: 0 when it did what
            it was asked, 1 when it failed, 2 when it was asked in a wrong way or no server was
            found. Without a command it reads commands, one a line.

              --socket PATH   the server's socket, if several servers run; QPSMTPD_CONSOLE
                              in the environment does the same
              --help          print this text

            The command help lists what can be asked. A command given as one word may be a
            whole line, such as 'status; connections'.
            """;

    private static final String SOCKET = "--socket";
    private static final Pattern PLAIN = Pattern.compile("[\\w./:@+,-]+");

    /**
     * Reads the words.
     *
     * @throws ConsoleFailure for an unknown option
     */
    static Request parse(List<String> words) throws ConsoleFailure {
        @Nullable Path socket = null;
        int next = 0;
        while (next < words.size() && words.get(next).startsWith("-")) {
            String word = words.get(next++);
            if (word.equals("--")) {
                break;
            } else if (word.equals("--help") || word.equals("-h")) {
                return new Request(null, "", true);
            } else if (word.startsWith(SOCKET + "=")) {
                socket = Path.of(word.substring(SOCKET.length() + 1));
            } else if (word.equals(SOCKET) && next < words.size()) {
                socket = Path.of(words.get(next++));
            } else if (word.equals(SOCKET)) {
                throw usage("option --socket needs a path");
            } else {
                throw usage("unknown option '" + word + "': there are --socket PATH and --help");
            }
        }
        return new Request(socket, line(words.subList(next, words.size())), false);
    }

    private static ConsoleFailure usage(String line) {
        return new ConsoleFailure(ConsoleFailure.USAGE, line);
    }

    /** A single word is a line already; several are quoted so that they stay what they are. */
    private static String line(List<String> words) {
        return words.size() == 1
                ? words.get(0)
                : words.stream().map(Request::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
