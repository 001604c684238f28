package org.qpsmtpd.runtime.felix.console;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** The entry point of {@code bin/qpsmtpd-console}, and the console of {@code --console}. */
public final class Console {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");

    private Console() {}

    /** Runs the client and ends the process with the status of the command. */
    public static void main(String[] words) {
        System.exit(run(List.of(words)));
    }

    /**
     * Reads commands from standard input for the server in this process, until they end.
     *
     * @param socket where the server's console is
     */
    public static void serve(Path socket) {
        report(() -> talk(ServerSocketPath.at(socket), ""));
    }

    private static int run(List<String> words) {
        return report(
                () -> {
                    Request request = Request.parse(words);
                    if (request.help()) {
                        out().write(Request.USAGE.getBytes(StandardCharsets.UTF_8));
                        return 0;
                    }
                    Path var = Path.of(System.getProperty("org.qpsmtpd.home", "."), "var");
                    return talk(
                            ServerSocketPath.connect(request.socket(), System.getenv(), var),
                            request.line());
                });
    }

    private interface Talk {
        int status() throws IOException, ConsoleFailure;
    }

    private static int report(Talk talk) {
        try {
            return talk.status();
        } catch (ConsoleFailure e) {
            return failed(e);
        } catch (EOFException e) {
            return failed(new ConsoleFailure(ConsoleFailure.FAILED, "the server has gone"));
        } catch (InvalidPathException e) {
            return failed(
                    new ConsoleFailure(ConsoleFailure.USAGE, "'" + e.getInput() + "' is no path"));
        } catch (IOException e) {
            return failed(
                    new ConsoleFailure(ConsoleFailure.FAILED, String.valueOf(e.getMessage())));
        }
    }

    private static int failed(ConsoleFailure failure) {
        try {
            err().write((Shown.of(failure.line()) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody can be told.
            return failure.status();
        }
        return failure.status();
    }

    private static int talk(SocketChannel channel, String line) throws IOException {
        try (ConsoleConnection connection = new ConsoleConnection(channel, out(), err())) {
            connection.tellDirectory(Path.of(""));
            if (!line.isEmpty()) {
                return connection.run(line);
            }
            return isTerminal()
                    ? Typed.run(connection)
                    : Lines.run(new FileInputStream(FileDescriptor.in), connection);
        }
    }

    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(STANDARD_INPUT).toString();
            return target.startsWith("/dev/") && !target.equals("/dev/null");
        } catch (IOException e) {
            return false;
        }
    }

    /** Standard output itself: in the server's process {@code System.out} leads elsewhere. */
    private static OutputStream out() {
        return new FileOutputStream(FileDescriptor.out);
    }

    private static OutputStream err() {
        return new FileOutputStream(FileDescriptor.err);
    }
}
