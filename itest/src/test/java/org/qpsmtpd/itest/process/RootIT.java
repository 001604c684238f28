package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;

/**
 * What root runs, makes and keeps when it starts the programs: nothing that serves another user.
 */
@Timeout(240)
class RootIT {
    private static final String NOBODY = "nobody";
    private static final String WARNING = "WARNING: running as root";
    private static final String NONE = "0000000000000000";

    private final Path folder;

    RootIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void requireRoot() {
        assumeTrue(Shell.isRoot(), "these tests are about root");
    }

    private Path distribution() {
        return UserIT.readableDistribution(folder);
    }

    private static void give(String user, Path... paths) {
        for (Path path : paths) {
            Shell.run("chown", "-h", user, path.toString());
        }
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--user=root", "--USER root", "--children 15"})
    void rootThatServesHasNoCapabilityInAnyThread(String option) throws IOException {
        String[] words = option.isEmpty() ? new String[0] : option.split(" ", -1);
        try (ServerUnderTest server = Mail.server().options(words).start()) {
            Mail.deliver(server, "to root's own maildir");
            assertThat(server.log()).contains(WARNING).doesNotContain("setpriv");
            assertThat(ours(server, option.contains("15")))
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            thread ->
                                    assertThat(
                                                    Stream.of("CapPrm", "CapEff", "CapInh")
                                                            .flatMap(
                                                                    set ->
                                                                            thread
                                                                                    .status(set)
                                                                                    .stream()))
                                            .as(thread.name())
                                            .containsOnly(NONE));
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    /** Where a port below 1024 may be meant, the JVM's own threads keep the right to bind it. */
    private static List<ProcessView.ThreadView> ours(ServerUnderTest server, boolean lowPort) {
        return new ProcessView(server.pid())
                .threads().stream()
                        .filter(
                                thread ->
                                        !lowPort
                                                || thread.isChild()
                                                || thread.name().startsWith("qpsmtpd"))
                        .toList();
    }

    @ParameterizedTest
    @CsvSource({"nobody, rwxr-xr-x", "root, rwxr-xrwx"})
    void rootReadsNoConfigurationThatOthersCanChange(String owner, String mode) throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("plugins"), "rcpt_ok\n");
        Files.writeString(config.resolve("logging"), "logging/file |touch " + folder + "/run\n");
        give(owner, config.resolve("logging"));
        allow(config, mode);
        String[] options = {"--quiet"};
        try (RawProcess process =
                Mail.server()
                        .environment("QPSMTPD_CONFIG", config.toString())
                        .options(options)
                        .process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(OptionsIT.afterWarnings(process))
                    .singleElement()
                    .asString()
                    .startsWith("FATAL: root does not run what others can change")
                    .contains(config.toString());
        }
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "lib, nobody, rwxr-xr-x, belongs to user nobody",
        "lib, root, rwxrwxr-x, can be written by others",
        "plugins/org.qpsmtpd.plugin.relay-1.0.0.jar, root, rw-r--rw-, can be written by others",
        "lib/bundles, root, rwxr-xrwx, can be written by others",
        "'', nobody, rwxr-xr-x, belongs to user nobody",
    })
    void rootRunsNothingThatOthersCouldExchange(
            String file, String owner, String mode, String reason) throws IOException {
        Path home = distribution();
        Path stray = home.resolve(file);
        give(owner, stray);
        allow(stray, mode);
        for (String program :
                List.of(
                        "qpsmtpd-prefork --version",
                        "qpsmtpd-prefork --user nobody",
                        "qpsmtpd-forkserver --help",
                        "qpsmtpd --attach",
                        "qpsmtpd --archive",
                        "qpsmtpd-console status",
                        "tls_cert",
                        "auth_entry --help")) {
            Program.Result result =
                    Program.find("sh", "dash").run("-c", home + "/bin/" + program + " </dev/null");
            assertThat(result.status()).as(program).isNotZero();
            assertThat(result.output())
                    .as(program)
                    .contains("root does not run what others could exchange: " + stray + " ")
                    .contains(reason)
                    .hasLineCount(1);
        }
    }

    @Test
    void rootGivesWayToTheUserWhoOwnsWhatTheServerWrites() throws IOException {
        Path home = distribution();
        Path victim = Files.writeString(folder.resolve("victim"), "root's\n");
        Path mail = Files.createDirectory(home.resolve("mail"));
        Path log = Files.createDirectory(home.resolve("log"));
        Files.createSymbolicLink(log.resolve("all"), victim);
        give(NOBODY, mail, log, log.resolve("all"));
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .home(home)
                        .plugins("rcpt_ok", "queue/maildir " + mail)
                        .file(
                                "logging",
                                "logging/warn LOGINFO",
                                "logging/file loglevel LOGINFO " + log + "/all")
                        .start()) {
            Mail.deliver(server, "to the owner's maildir");
            assertThat(server.log())
                    .contains("Running as user nobody", "/all: it is a symbolic link")
                    .doesNotContain(WARNING);
            assertThat(Shell.run("find", mail + "/new", "-type", "f", "-user", NOBODY))
                    .isNotBlank();
        }
        assertThat(victim).hasContent("root's\n");
    }

    @Test
    void thePidFileIsMadeByTheUserWhoseFolderItIsIn() throws IOException {
        Path theirs = Files.createDirectory(folder.resolve("theirs"));
        Path roots = Files.createDirectory(folder.resolve("roots"));
        give(NOBODY, theirs);
        Path link = Files.createSymbolicLink(theirs.resolve("run"), roots);
        give(NOBODY, link);
        Path home = distribution();
        String[] away = {"--user", NOBODY, "--quiet", "--pid-file", link + "/pid"};
        try (RawProcess process = Mail.server().home(home).options(away).process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(process.output().awaitEnd()).startsWith("FATAL: ").hasLineCount(1);
        }
        assertThat(roots).isEmptyDirectory();
        Path pidFile = theirs.resolve("pid");
        String[] theirOwn = {"--user", NOBODY, "--pid-file", pidFile.toString()};
        try (ServerUnderTest server = Mail.server().home(home).options(theirOwn).start()) {
            // The file is there, empty, from before the ports are opened.
            String pid = server.pid() + "\n";
            Eventually.holds("the pid in its file", () -> Files.readString(pidFile).equals(pid));
            assertThat(Files.getOwner(pidFile).getName()).isEqualTo(NOBODY);
        }
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void keysAreNotMadeInAFolderOfAnotherUser() throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Path roots = Files.createDirectory(folder.resolve("roots"));
        Files.createSymbolicLink(config.resolve("ssl"), roots);
        give(NOBODY, config);
        Program.Result result =
                new Program(ServerUnderTest.home().resolve("bin/tls_cert"))
                        .run(List.of("--CN", "mx.test"), List.of("QPSMTPD_CONFIG=" + config));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).startsWith("tls_cert: root does not write to ").hasLineCount(1);
        assertThat(roots).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"theirs", "open", "link", "taken"})
    void noSocketIsMadeWhereAnotherUserCouldExchangeIt(String how) throws IOException {
        Path place = Files.createDirectory(folder.resolve(how));
        switch (how) {
            case "theirs" -> give(NOBODY, place);
            case "open" -> allow(place, "rwxrwxrwx");
            case "link" -> {
                Path theirs = Files.createDirectory(folder.resolve("elsewhere"));
                give(NOBODY, theirs);
                Files.delete(place);
                Files.createSymbolicLink(place, theirs);
            }
            default -> {
                for (String name : List.of("attach", "console")) {
                    give(NOBODY, Files.createFile(place.resolve(name)));
                }
            }
        }
        try (ServerUnderTest server =
                Mail.server()
                        .environment("QPSMTPD_ATTACH", place + "/attach")
                        .environment("QPSMTPD_CONSOLE", place + "/console")
                        .start()) {
            assertThat(server.awaitLog("no console at " + place + "/console: ").lines())
                    .filteredOn(line -> line.contains("finds no server: " + place + "/attach: "))
                    .hasSize(1);
            Mail.deliver(server, "all the same");
            try (Stream<Path> made = Files.list(place)) {
                assertThat(made.filter(path -> !Files.isRegularFile(path))).isEmpty();
            }
        }
    }
}
