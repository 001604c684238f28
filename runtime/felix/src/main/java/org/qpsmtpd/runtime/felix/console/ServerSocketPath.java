package org.qpsmtpd.runtime.felix.console;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Where the socket of the server is that is meant. */
final class ServerSocketPath {
    /** The variable of the environment that names it, to the server and to the client. */
    static final String VARIABLE = "QPSMTPD_CONSOLE";

    private ServerSocketPath() {}

    /**
     * Connects to the socket that was named on the command line or in the environment, else to the
     * only one in {@code var} behind which a server is.
     */
    static SocketChannel connect(@Nullable Path named, Map<String, String> environment, Path var)
            throws ConsoleFailure {
        @Nullable String variable = environment.get(VARIABLE);
        @Nullable Path path =
                named == null && variable != null && !variable.isEmpty()
                        ? Path.of(variable)
                        : named;
        return path == null ? only(var) : at(path);
    }

    static SocketChannel at(Path path) throws ConsoleFailure {
        try {
            return believed(open(path), path);
        } catch (IOException e) {
            throw none("no server at " + path + ": " + reason(path, e));
        }
    }

    /** Connects. A server that accepts nobody lets it wait once some others wait already. */
    private static SocketChannel open(Path path) throws IOException, ConsoleFailure {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        ConsoleTimeLimit limit = new ConsoleTimeLimit(channel);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        } catch (ClosedChannelException e) {
            throw new ConsoleFailure(ConsoleFailure.FAILED, path + ": " + ConsoleTimeLimit.OVER);
        } catch (IOException e) {
            close(channel);
            throw e;
        } finally {
            limit.end();
        }
    }

    private static SocketChannel believed(SocketChannel channel, Path path)
            throws IOException, ConsoleFailure {
        UserPrincipal user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (Believed.at(path).contains(user)) {
            return channel;
        }
        close(channel);
        throw none(
                "no server at "
                        + path
                        + ": user "
                        + user.getName()
                        + " listens there, and only you, root and the owner of the folder are"
                        + " believed to be the server");
    }

    private static String reason(Path path, IOException failure) {
        if (Files.notExists(path)) {
            return "there is no such file";
        }
        @Nullable String message = failure.getMessage();
        boolean denied = message != null && message.contains("denied");
        return denied ? "only its user and root may use it" : String.valueOf(message);
    }

    private static SocketChannel only(Path var) throws ConsoleFailure {
        List<Path> paths = new ArrayList<>();
        List<SocketChannel> live = new ArrayList<>();
        boolean denied = false;
        for (Path path : candidates(var)) {
            try {
                live.add(believed(open(path), path));
                paths.add(path);
            } catch (IOException e) {
                // Most likely one of a server that was killed.
                denied |= String.valueOf(e.getMessage()).contains("denied");
            }
        }
        if (live.size() == 1) {
            return live.get(0);
        }
        live.forEach(ServerSocketPath::close);
        throw denied && live.isEmpty() ? forOthers(var) : notOne(var, paths);
    }

    private static List<Path> candidates(Path var) throws ConsoleFailure {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(var, "console-*.sock")) {
            entries.forEach(paths::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (AccessDeniedException e) {
            throw forOthers(var);
        } catch (IOException e) {
            throw none(var + " cannot be read: " + e.getMessage());
        }
        paths.sort(null);
        return paths;
    }

    private static ConsoleFailure forOthers(Path var) {
        return none("the servers in " + var + " are for their user and root alone");
    }

    private static ConsoleFailure notOne(Path var, List<Path> paths) {
        return paths.isEmpty()
                ? none("no server runs in " + var + ": start one, or name its socket with --socket")
                : none(
                        "several servers run, name one with --socket: "
                                + paths.stream()
                                        .map(Path::toString)
                                        .collect(Collectors.joining(" ")));
    }

    private static ConsoleFailure none(String line) {
        return new ConsoleFailure(ConsoleFailure.USAGE, line);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It was opened only to see whether somebody is there.
            return;
        }
    }
}
