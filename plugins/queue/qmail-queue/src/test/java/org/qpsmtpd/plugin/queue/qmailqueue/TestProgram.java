package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** A queue program made of lines of shell, which keeps what it is given in files beside itself. */
final class TestProgram {
    /** Keeps message and envelope, octet by octet, and ends with 0. */
    static final String RECORD = "cat >\"$0.message\"; cat <&1 >\"$0.envelope\"";

    /** Reads all and keeps nothing. */
    static final String READ = "cat >/dev/null; cat <&1 >/dev/null";

    static final String MESSAGE =
            "Received: from client by mx\r\nMessage-Id: <1@example.org>\r\n\r\nHello\r\n";

    private final Path path;

    private TestProgram(Path path) {
        this.path = path;
    }

    static TestProgram of(Path folder, String script) throws IOException {
        Path path = folder.resolve("qmail-queue");
        Files.writeString(path, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        return new TestProgram(path);
    }

    Path path() {
        return path;
    }

    /** What it wrote to the file of that ending, an octet a character. */
    String kept(String ending) throws IOException {
        return Files.readString(Path.of(path + ending), StandardCharsets.ISO_8859_1);
    }

    QmailQueuePlugin plugin() {
        return plugin(path, 60);
    }

    static QmailQueuePlugin plugin(Path path, int seconds) {
        QmailQueueConfig config =
                Configs.config(
                        QmailQueueConfig.class,
                        Map.of("program", path.toString(), "timeout", seconds));
        return new QmailQueuePlugin(config, Map.of());
    }

    /** A message from a@example.org to c@example.com. */
    static FakeTransaction message() {
        return FakeTransaction.on(FakeConnection.from("192.0.2.1"))
                .withMessage(MESSAGE)
                .withSender("a@example.org")
                .withRecipient("c@example.com");
    }

    /** The same, of some megabytes. */
    static FakeTransaction large(int megabytes) {
        return message()
                .withMessage("Subject: x\n\n" + ("x".repeat(63) + "\n").repeat(megabytes << 14));
    }
}
