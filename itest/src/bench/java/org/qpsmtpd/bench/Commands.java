package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands to their end. */
final class Commands {
    private static final long LIMIT_SECONDS = 60;

    private Commands() {}

    /** The command's output and error output, stripped; fails if the command does. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        byte[] octets = process.getInputStream().readAllBytes();
        String output = new String(octets, StandardCharsets.UTF_8).strip();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " did not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command)
                            + " ended with "
                            + process.exitValue()
                            + ": "
                            + output);
        }
        return output;
    }

    /** Gives a tree to a user, if this process is root. */
    static void giveTo(String user, Path tree) throws IOException, InterruptedException {
        if (isRoot()) {
            run(List.of("chown", "-R", user + ":", tree.toString()));
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The version of an installed Debian package, or "unknown version". */
    static String packageVersion(String name) throws InterruptedException {
        try {
            return run(List.of("dpkg-query", "-W", "-f=${Version}", name));
        } catch (IOException e) {
            return "unknown version";
        }
    }
}
