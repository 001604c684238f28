package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's Postfix with a queue of its own, which no port leads into. */
final class Postfix implements AutoCloseable {
    private static final Path MASTER = Path.of("/usr/lib/postfix/sbin/master");

    private final Path folder;
    private final Path config;
    private final Process process;

    /**
     * Starts it.
     *
     * @param folder where it may write
     */
    Postfix(Path folder) throws IOException {
        this.folder = folder;
        Program postfix = Program.find("postfix", "postfix");
        config = Files.createDirectory(folder.resolve("config"));
        Files.createDirectory(folder.resolve("queue"));
        Shell.run("chown", "postfix:", Files.createDirectory(folder.resolve("data")).toString());
        Files.write(
                config.resolve("main.cf"),
                List.of(
                        "compatibility_level = 3.6",
                        "queue_directory = " + folder.resolve("queue"),
                        "data_directory = " + folder.resolve("data"),
                        "myhostname = postfix.test",
                        "mydestination =",
                        "inet_interfaces = 127.0.0.1",
                        "inet_protocols = ipv4",
                        "alias_maps =",
                        "message_size_limit = 100000",
                        "header_checks = regexp:" + config.resolve("checks"),
                        "maillog_file_prefixes = " + folder,
                        "maillog_file = " + folder.resolve("maillog")));
        Files.write(config.resolve("checks"), List.of("/^X-Wanted: no/ REJECT 5.7.1 not wanted"));
        Files.writeString(
                config.resolve("master.cf"),
                """
                cleanup   unix  n  -  n  -     0  cleanup
                qmgr      unix  n  -  n  300   1  qmgr
                rewrite   unix  -  -  n  -     -  trivial-rewrite
                postlog   unix-dgram n - n - 1 postlogd
                """);
        postfix.run("-c", config.toString(), "check");
        Shell.run("chmod", "755", folder.resolve("queue/public").toString());
        process = new Program(MASTER).start(List.of("-c", config.toString(), "-d"), List.of());
        Eventually.holds("cleanup's socket", () -> Files.exists(cleanup()));
    }

    /** The socket of cleanup. */
    Path cleanup() {
        return folder.resolve("queue/public/cleanup");
    }

    /** A message of the queue as postcat shows it. */
    String message(String id) {
        return Program.find("postcat", "postfix").run("-c", config.toString(), "-q", id).output();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
