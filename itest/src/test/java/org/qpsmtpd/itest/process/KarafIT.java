package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/** The Karaf distribution as its administrator uses it; all tests share one that runs. */
@Timeout(240)
@TestInstance(Lifecycle.PER_CLASS)
class KarafIT {
    /** The last Java that Karaf runs on. */
    private static final int NEWEST = 23;

    private final KarafServer karaf;

    KarafIT(@TempDir Path folder) throws IOException {
        karaf = KarafServer.unpack(folder);
    }

    @BeforeAll
    void start() throws IOException {
        long before = System.nanoTime();
        Result started = karaf.bin("start", "--no-wait");
        assertThat(started.status()).as(started.output()).isZero();
        karaf.awaitGreeting(karaf.port());
        Figures.print(
                "Karaf: first start to the first greeting %.1f s, resident memory %.0f MiB,"
                        + " archive %.0f MB",
                (System.nanoTime() - before) / 1e9,
                residentMebibytes(),
                Files.size(KarafServer.built(".tar.gz")) / 1e6);
        assertThat(karaf.client("qpsmtpd:status")).as("while it starts").contains("accepts on");
        assertThat(karaf.bin("status").output()).endsWith(", accepting\n");
    }

    private double residentMebibytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + karaf.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1024.0;
        }
    }

    /** Stopping is part of it: {@code bin/status} tells, and a second stop says so. */
    @AfterAll
    void stop() throws IOException {
        assertThat(karaf.bin("status").status()).isZero();
        assertThat(karaf.bin("start").output()).contains("runs already");
        Result stopped = karaf.bin("stop");
        assertThat(stopped.status()).as(stopped.output()).isZero();
        Result status = karaf.bin("status");
        assertThat(status.status()).isEqualTo(1);
        assertThat(status.output()).contains("not running");
        assertThat(karaf.bin("stop").output()).contains("does not run");
        karaf.close();
    }

    private static Result swaks(int port, String... more) {
        List<String> all =
                Stream.concat(
                                Stream.of(
                                        "--server",
                                        "127.0.0.1:" + port,
                                        "--from",
                                        Mail.SENDER,
                                        "--to",
                                        Mail.RECIPIENT,
                                        "--helo",
                                        "client.test"),
                                Stream.of(more))
                        .toList();
        return Program.find("swaks", "swaks").run(all);
    }

    @Test
    void deliversIntoTheMaildirOfTheSample() throws IOException {
        Result sent = swaks(karaf.port());
        assertThat(sent.status()).as(sent.output()).isZero();
        try (Stream<Path> mails = Files.list(karaf.home().resolve("mail/new"))) {
            assertThat(mails).isNotEmpty();
        }
        assertThat(karaf.log()).contains("(queue) queue/maildir: pass: stored as ");
    }

    @Test
    void answersCommands() {
        assertThat(karaf.client("qpsmtpd:status", "--server", "qpsmtpd"))
                .contains("accepts on", "127.0.0.1:" + karaf.port());
        assertThat(karaf.client("qpsmtpd:plugins", "--json", "--server", "qpsmtpd"))
                .startsWith("[{")
                .contains("\"name\":\"rcpt_ok\"");
        Result wrong = karaf.bin("client", "qpsmtpd:check-config", "/nowhere");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.output()).contains("/nowhere is no directory");
    }

    @Test
    void letsNobodyInWithoutTheKey() {
        for (String user : List.of("karaf", "qpsmtpd")) {
            Result refused =
                    Program.find("ssh", "openssh-client")
                            .run(
                                    "-p",
                                    Integer.toString(karaf.sshPort()),
                                    "-o",
                                    "BatchMode=yes",
                                    "-o",
                                    "StrictHostKeyChecking=no",
                                    "-o",
                                    "UserKnownHostsFile=/dev/null",
                                    user + "@127.0.0.1",
                                    "qpsmtpd:status");
            assertThat(refused.status()).as(refused.output()).isEqualTo(255);
            assertThat(refused.output()).contains("Permission denied");
        }
    }

    @Test
    void keepsItsKeysAndLogsToItself() throws IOException {
        karaf.client("info"); // the host key is made for the first client
        for (String name :
                List.of("etc/client.key", "etc/host.key", "data/log/karaf.log", "karaf.pid")) {
            Path file = karaf.home().resolve(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    /** As root, who sees every process's sockets. */
    @Test
    void listensOnNothingElse() {
        String rows = Shell.run("ss", "-ltnHp");
        Set<String> ports =
                rows.lines()
                        .filter(row -> row.contains("pid=" + karaf.pid() + ","))
                        .map(row -> row.trim().split("\\s+", -1)[3])
                        .map(address -> address.replace("[::ffff:", "").replace("]", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ports)
                .as(rows)
                .containsExactlyInAnyOrder(
                        "127.0.0.1:" + karaf.port(), "127.0.0.1:" + karaf.sshPort());
        assertThat(Shell.run("ss", "-lunHp")).doesNotContain("pid=" + karaf.pid() + ",");
    }

    @Test
    void refusesAJarThatIsNotFit() {
        PluginBundle good = PluginBundle.of("org.example.victim", VictimPlugins.Good.class);
        DeployFolder deploy = karaf.deploy();
        deploy.put("half.jar", "no jar at all".getBytes(US_ASCII));
        Eventually.holds("a note", () -> deploy.rejection("half.jar").contains("no jar"));
        Path open = deploy.put("open.jar", good.numbered(1).jar());
        writableByAll(open);
        Eventually.holds(
                "a note", () -> deploy.rejection("open.jar").contains("written by everybody"));
        assertThat(karaf.client("qpsmtpd:deployments")).contains("half.jar", "refused");
        assertThat(karaf.client("bundle:list", "-t", "0")).doesNotContain("org.example.victim");
        deploy.remove("half.jar");
        deploy.remove("open.jar");
    }

    /** Any pid would do: that of the console's address, that of a further watcher. */
    @Test
    void aConfigurationReachesNothingButPlugins() throws IOException {
        Path deploy = karaf.deploy().path();
        Path other = Files.createDirectory(karaf.home().resolve("other"));
        PluginBundle victim = PluginBundle.of("org.example.unseen", VictimPlugins.Good.class);
        Files.write(other.resolve("victim.jar"), victim.numbered(1).jar());
        String watcher = "org.apache.felix.fileinstall-evil.cfg";
        Files.writeString(deploy.resolve(watcher), "felix.fileinstall.dir = " + other + "\n");
        String shell = "org.apache.karaf.shell.cfg";
        Files.writeString(deploy.resolve(shell), "sshHost = 0.0.0.0\n");
        for (String name : List.of(watcher, shell)) {
            Eventually.holds("a note", () -> !karaf.deploy().rejection(name).isEmpty());
        }
        assertThat(karaf.client("qpsmtpd:deployments")).contains(watcher, shell);
        assertThat(karaf.client("config:list")).doesNotContain(deploy + "/", other.toString());
        assertThat(karaf.client("bundle:list", "-t", "0")).doesNotContain("org.example.unseen");
        listensOnNothingElse();
        karaf.deploy().remove(watcher);
        karaf.deploy().remove(shell);
    }

    @Test
    void aFileInTheDeployFolderConfiguresAnInstance() throws IOException {
        String name = "count_unrecognized_commands-strict.cfg";
        Files.writeString(karaf.deploy().path().resolve(name), "limit = 1\n");
        Eventually.holds("the instance counts", () -> answerToNonsense() == 521);
        assertThat(karaf.client("qpsmtpd:deployments")).containsPattern(name + " +running");
        karaf.deploy().remove(name);
        Eventually.holds("it is gone", () -> answerToNonsense() == 500);
    }

    private int answerToNonsense() {
        try (SmtpDialogue session = karaf.connect()) {
            session.hello();
            return session.command("WHAT").code();
        }
    }

    private static void writableByAll(Path jar) {
        try {
            Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The plugin of a feature gives way to a jar of the same version, and comes back. */
    @Test
    void takesARebuiltPluginInTheStead() throws IOException {
        Path jar = loopJar();
        assertThat(karaf.client("qpsmtpd:deployments")).doesNotContain("loop.jar");
        karaf.deploy().put("loop.jar", Files.readAllBytes(jar));
        Eventually.holds(
                "in use",
                () -> karaf.client("qpsmtpd:deployments").matches("(?s).*loop.jar +running.*"));
        karaf.deploy().remove("loop.jar");
        Eventually.holds("back", () -> !karaf.client("qpsmtpd:deployments").contains("loop.jar"));
        assertThat(karaf.client("qpsmtpd:plugins", "data_post", "--server", "qpsmtpd"))
                .contains("loop");
    }

    private Path loopJar() throws IOException {
        try (Stream<Path> files = Files.walk(karaf.home().resolve("system/org/qpsmtpd"))) {
            return files.filter(file -> file.toString().matches(".*plugin\\.loop-.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void servesAFurtherServerWithItsOwnConfiguration() throws IOException {
        int port = FreePort.take();
        Path config = Files.createDirectory(karaf.etc("qpsmtpd-shop"));
        Files.writeString(config.resolve("me"), "shop.example.org\n");
        Files.writeString(config.resolve("rcpthosts"), "example.com\n");
        Files.writeString(
                config.resolve("plugins"),
                "tls\nrcpt_ok\nqueue/maildir " + karaf.home() + "/shop\n");
        new Program(ServerUnderTest.home().resolve("bin/tls_cert"))
                .run(
                        List.of("--CN", "shop.example.org", "--O", "An Organization"),
                        List.of("QPSMTPD_CONFIG=" + config));
        karaf.write("org.qpsmtpd.server-shop.cfg", "interface = 127.0.0.1", "port = " + port);
        karaf.awaitGreeting(port);
        Result sent = swaks(port, "--tls");
        assertThat(sent.status()).as(sent.output()).isZero();
        assertThat(sent.output()).contains("220 shop.example.org");
        assertThat(new Maildir(karaf.home().resolve("shop")).messages()).hasSize(1);
        assertThat(karaf.client("qpsmtpd:status", "--server", "shop")).contains(":" + port);
        Files.delete(karaf.etc("org.qpsmtpd.server-shop.cfg"));
        Eventually.holds("its end", () -> !KarafServer.greets(port));
        assertThat(swaks(karaf.port()).status()).isZero();
    }

    @Test
    void tellsWhyAServerDoesNotServe() throws IOException {
        karaf.write("org.qpsmtpd.server-bad.cfg", "port = 99999");
        Eventually.get(
                "the reason",
                () -> karaf.bin("status").output(),
                text -> text.contains("not accepting, " + karaf.etc("org.qpsmtpd.server-bad.cfg")));
        Files.delete(karaf.etc("org.qpsmtpd.server-bad.cfg"));
        Eventually.get(
                "none", () -> karaf.bin("status").output(), text -> text.endsWith(", accepting\n"));
    }

    @Test
    void refusesAJavaThatKarafDoesNotRunOn() throws IOException {
        Map.Entry<Integer, Path> newest = Javas.found().lastEntry();
        assumeTrue(newest.getKey() > NEWEST, "no Java after " + NEWEST + " in " + Javas.FOLDER);
        Result refused =
                new Program(karaf.home().resolve("bin/start"))
                        .run(List.of(), List.of("JAVA_HOME=" + newest.getValue()));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output().lines())
                .singleElement()
                .asString()
                .contains("Karaf needs 17 to " + NEWEST);
    }
}
