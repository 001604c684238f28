package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** {@code --user}: who serves after the start, seen in every thread. */
class UserIT {
    private final Path folder;
    private String user = "";

    UserIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Takes an account with supplementary groups, if there is one. */
    @BeforeEach
    void chooseUser() {
        assumeTrue(Shell.isRoot(), "only root can switch to another user");
        user =
                Shell.run("getent", "group")
                        .lines()
                        .flatMap(group -> List.of(group.split(":", -1)[3].split(",")).stream())
                        .filter(name -> !name.isEmpty() && !name.equals("root"))
                        .findFirst()
                        .orElse("nobody");
    }

    /** A copy of the distribution that everybody can read, wherever the original lies. */
    static Path readableDistribution(Path folder) {
        Path copy = folder.resolve("qpsmtpd");
        Shell.copyDistribution(copy);
        Shell.run("chmod", "-R", "a+rX", folder.toString());
        return copy;
    }

    private ServerUnderTest.Builder server() {
        return Mail.server().home(readableDistribution(folder)).options("--user", user);
    }

    @Test
    void everyThreadHasTheUserTheGroupAndTheSupplementaryGroups() {
        List<String> groups = List.of(Shell.run("id", "-G", user).strip().split(" "));
        String uid = Shell.run("id", "-u", user).strip();
        String gid = Shell.run("id", "-g", user).strip();
        try (ServerUnderTest server = server().start()) {
            assertThat(new ProcessView(server.pid()).threads())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            thread -> {
                                assertThat(thread.status("Uid"))
                                        .containsExactly(uid, uid, uid, uid);
                                assertThat(thread.status("Gid"))
                                        .containsExactly(gid, gid, gid, gid);
                                assertThat(thread.status("Groups"))
                                        .containsExactlyInAnyOrderElementsOf(groups);
                                assertThat(thread.status("CapEff"))
                                        .containsExactly("0000000000000000");
                            });
        }
    }

    @Test
    void deliversAsThatUser() throws IOException {
        try (ServerUnderTest server = server().start()) {
            Files.createDirectory(server.mail());
            Shell.run("chown", user, server.mail().toString());
            Mail.deliver(server, "as " + user);
            assertThat(Shell.run("find", server.mail() + "/new", "-type", "f", "-user", user))
                    .isNotBlank();
        }
    }

    @Test
    void aPrivilegedPortIsBoundBefore() {
        int port = 587;
        assumeTrue(isFree(port), "port 587 is in use here");
        try (ServerUnderTest server = server().options("--port", Integer.toString(port)).start()) {
            try (SmtpDialogue session = server.connect()) {
                session.expect(220);
            }
            assertThat(server.port()).isEqualTo(port);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void whatOnlyRootMayReadIsNotRead() throws IOException {
        try (ServerUnderTest server = server().start()) {
            Path secret = server.config().resolve("rcpthosts");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.command("MAIL FROM:<" + Mail.SENDER + ">");
                assertThat(session.command("RCPT TO:<amy@example.com>").code() / 100)
                        .isNotEqualTo(2);
            }
            server.awaitLog("rcpthosts");
        }
    }
}
