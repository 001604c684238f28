package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** Disks that do not take a message: it is deferred, and nothing of it is left behind. */
class MaildirFaultsIT {
    private final Path folder;
    private boolean mounted;

    MaildirFaultsIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private Path mount(String options) throws IOException {
        assumeTrue(Shell.isRoot(), "only root can mount a file system");
        Path disk = Files.createDirectory(folder.resolve("disk"));
        try {
            Shell.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString());
        } catch (AssertionError e) {
            assumeTrue(false, "mounting is not permitted here: " + e.getMessage());
        }
        mounted = true;
        return disk;
    }

    /** Gives the disk back. */
    @AfterEach
    void unmount() {
        if (mounted) {
            Shell.run("umount", folder.resolve("disk").toString());
        }
    }

    private static ServerUnderTest server(Path maildir) {
        return ServerUnderTest.builder().plugins("rcpt_ok", "queue/maildir " + maildir).start();
    }

    private static SmtpReply send(ServerUnderTest server, byte[] message) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            SmtpReply reply = session.data(message);
            assertThat(session.command("NOOP").code()).isEqualTo(250);
            return reply;
        }
    }

    private static byte[] large() {
        String line = "0123456789".repeat(7) + "\r\n";
        return ("Subject: large\r\n\r\n" + line.repeat(20_000)).getBytes(StandardCharsets.US_ASCII);
    }

    private static void assertDeferred(SmtpReply reply) {
        assertThat(reply.code()).isEqualTo(451);
        assertThat(reply.enhanced()).startsWith("4.");
    }

    @Test
    void aFullDiskDefersAndLeavesNothing() throws IOException {
        Path disk = mount("size=1m");
        Maildir maildir = new Maildir(disk.resolve("mail"));
        try (ServerUnderTest server = server(maildir.path())) {
            assertThat(send(server, Mail.message("fits")).code()).isEqualTo(250);
            assertDeferred(send(server, large()));
            assertThat(maildir.messages()).hasSize(1);
            assertThat(maildir.unfinished()).isEmpty();
            server.awaitLog("No space left on device");
            assertThat(send(server, Mail.message("fits again")).code()).isEqualTo(250);
            assertThat(maildir.messages()).hasSize(2);
        }
    }

    @Test
    void aDiskWithoutInodesDefers() throws IOException {
        Path disk = mount("nr_inodes=6");
        Maildir maildir = new Maildir(disk.resolve("mail"));
        try (ServerUnderTest server = server(maildir.path())) {
            int accepted = 0;
            SmtpReply reply = send(server, Mail.message("first"));
            while (reply.code() == 250 && accepted < 10) {
                accepted++;
                reply = send(server, Mail.message("further"));
            }
            assertDeferred(reply);
            assertThat(maildir.messages()).hasSize(accepted);
            assertThat(maildir.unfinished()).isEmpty();
        }
    }

    @Test
    void aReadOnlyDiskDefers() throws IOException {
        Path disk = mount("size=1m");
        Maildir maildir = new Maildir(disk.resolve("mail"));
        try (ServerUnderTest server = server(maildir.path())) {
            assertThat(send(server, Mail.message("writable")).code()).isEqualTo(250);
            Shell.run("mount", "-o", "remount,ro", disk.toString());
            assertDeferred(send(server, Mail.message("read-only")));
            assertThat(maildir.messages()).hasSize(1);
            server.awaitLog("Read-only file system");
            Shell.run("mount", "-o", "remount,rw", disk.toString());
            assertThat(send(server, Mail.message("writable again")).code()).isEqualTo(250);
        }
    }

    @Test
    void aPathThatCannotBeMadeDefers() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a directory");
        try (ServerUnderTest server = server(file.resolve("mail"))) {
            assertDeferred(send(server, Mail.message("nowhere")));
            server.awaitLog(file.toString());
        }
        assertThat(file).hasContent("not a directory");
    }

    @Test
    void aMaildirThatDisappearsDefersUntilItIsBack() throws IOException {
        Path path = folder.resolve("mail");
        try (ServerUnderTest server = server(path)) {
            assertThat(send(server, Mail.message("there")).code()).isEqualTo(250);
            Path away = Files.move(path, folder.resolve("away"));
            assertDeferred(send(server, Mail.message("gone")));
            assertThat(path).doesNotExist();
            Files.move(away, path);
            assertThat(send(server, Mail.message("back")).code()).isEqualTo(250);
            assertThat(new Maildir(path).messages()).hasSize(2);
        }
    }

    @Test
    void aFullSpoolDefersLargeMessagesAlone() throws IOException {
        Path disk = mount("size=1m");
        try (ServerUnderTest server =
                Mail.server()
                        .file("spool_dir", disk.resolve("spool").toString())
                        .file("size_threshold", "10000")
                        .start()) {
            assertDeferred(send(server, large()));
            assertThat(server.maildir().messages()).isEmpty();
            assertThat(send(server, Mail.message("small")).code()).isEqualTo(250);
            assertThat(files(disk.resolve("spool"))).isEmpty();
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
