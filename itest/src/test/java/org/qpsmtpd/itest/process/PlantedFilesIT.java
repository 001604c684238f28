package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/** What another user could have put in a file's place, or can write although it does not show. */
@Timeout(240)
class PlantedFilesIT {
    private static final PluginBundle VICTIM =
            PluginBundle.of("org.example.victim", VictimPlugins.Good.class);

    private final Path folder;

    PlantedFilesIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** A jar that its group may write, ready to be moved into a deploy folder. */
    private Path jar(int number) throws IOException {
        Path jar = Files.write(folder.resolve("made.jar"), VICTIM.numbered(number).jar());
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-r--"));
        return jar;
    }

    /** What is said in the end of a jar in the deploy folder. */
    private static String outcome(ServerUnderTest server, Path jar) {
        String name = "/" + jar.getFileName();
        return Eventually.get(
                "a word about " + jar,
                () ->
                        server.log()
                                .lines()
                                .filter(line -> line.contains(name))
                                .filter(line -> line.contains("refused") || line.contains("in use"))
                                .findFirst()
                                .orElse(""),
                line -> !line.isEmpty());
    }

    @Test
    void anAccessListBehindThePrivateGroupIsSeen() throws IOException {
        Path setfacl = Program.find("setfacl", "acl").path();
        try (ServerUnderTest server = Mail.server().start()) {
            Path plain = Files.move(jar(1), server.deploy().resolve("plain.jar"));
            assumeTrue(
                    outcome(server, plain).contains("in use"), "this user has no group of its own");
            Path listed = jar(2);
            Shell.run(setfacl.toString(), "-m", "u:nobody:rw", listed.toString());
            listed = Files.move(listed, server.deploy().resolve("listed.jar"));
            assertThat(outcome(server, listed))
                    .contains("refused: " + listed + " has an access control list")
                    .contains("run: setfacl -b " + listed);
            Shell.run(setfacl.toString(), "-b", listed.toString());
            server.awaitLog("deploy/listed.jar: victim 1.0.2 is in use");
        }
    }

    @Test
    void aHardLinkInPlaceOfThePidFileIsNotFilled() throws IOException {
        Path victim = Files.createFile(folder.resolve("victim"));
        Path planted = Files.createLink(folder.resolve("qpsmtpd.pid"), victim);
        try (RawProcess server =
                Mail.server().options("--pid-file", planted.toString()).process()) {
            assertThat(server.awaitExit()).isEqualTo(1);
            assertThat(server.output().text())
                    .contains("the pid file " + planted + " cannot be used")
                    .contains("other names");
        }
        assertThat(victim).isEmptyFile();
    }
}
