package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;

/** The options that are about addresses, connections and what is printed. */
class OptionsIT {
    private static final String USAGE = "usage: qpsmtpd-prefork [options]\n";

    /** The port in the line that tells of a listening address. */
    private static int portOf(ServerUnderTest server, String host) {
        Matcher matcher =
                Pattern.compile("Listening on " + Pattern.quote(host) + ":(\\d+)")
                        .matcher(server.log());
        assertThat(matcher.find()).as(server.log()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static void assertServes(InetSocketAddress address) {
        try (SmtpDialogue session = SmtpDialogue.to(address)) {
            session.expect(220);
        }
    }

    private static void assertRefuses(InetSocketAddress address) {
        assertThatThrownBy(() -> SmtpDialogue.to(address).close())
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("Connection refused");
    }

    @Test
    void portIsWhereItListens() throws IOException {
        int port = FreePort.take();
        try (ServerUnderTest server =
                Mail.server().options("--port", Integer.toString(port)).start()) {
            assertThat(server.port()).isEqualTo(port);
            assertServes(Loopback.v4(1, port));
        }
    }

    @Test
    void interfaceListensThereAlone() {
        try (ServerUnderTest server = Mail.server().options("--interface", "127.0.0.2").start()) {
            int port = portOf(server, "127.0.0.2");
            assertServes(Loopback.v4(2, port));
            assertRefuses(Loopback.v4(1, port));
        }
    }

    @Test
    void interfaceMayBeRepeatedWithPortsOfItsOwn() throws IOException {
        int own = FreePort.take();
        String[] options = {
            "--interface", "127.0.0.1", "--listen-address", "127.0.0.2:" + own, "--interface=[::1]"
        };
        try (ServerUnderTest server = Mail.server().options(options).start()) {
            assertServes(Loopback.v4(1, portOf(server, "127.0.0.1")));
            assertServes(Loopback.v4(2, own));
            assertServes(Loopback.v6(portOf(server, "[::1]")));
            assertRefuses(Loopback.v4(3, own));
        }
    }

    @Test
    void interfaceTakesAnIpv6AddressWithAPort() throws IOException {
        int port = FreePort.take();
        try (ServerUnderTest server =
                Mail.server().options("--interface", "[::1]:" + port).start()) {
            assertThat(server.port()).isEqualTo(port);
            assertServes(Loopback.v6(port));
            assertRefuses(Loopback.v4(1, port));
        }
    }

    @Test
    void interfaceTakesAHostName() {
        try (ServerUnderTest server = Mail.server().options("--interface", "localhost").start()) {
            assertThat(server.log()).containsPattern("Listening on (127\\.0\\.0\\.1|\\[::1]):");
        }
    }

    @Test
    void optionsMayBeAbbreviatedInEitherCase() throws IOException {
        int port = FreePort.take();
        String[] options = {"--INTERFACE", "127.0.0.2", "--po", Integer.toString(port)};
        try (ServerUnderTest server = Mail.server().options(options).start()) {
            assertThat(server.port()).isEqualTo(port);
            assertServes(Loopback.v4(2, port));
        }
    }

    @Test
    void portInUseIsOneLineAndStatusOne() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(Loopback.v4(1, 0));
            String port = Integer.toString(taken.getLocalPort());
            try (RawProcess process = Mail.server().options("--port", port, "--quiet").process()) {
                assertThat(process.awaitExit()).isEqualTo(1);
                assertThat(afterWarnings(process))
                        .singleElement()
                        .asString()
                        .startsWith("FATAL: Failed to open socket on 127.0.0.1:" + port)
                        .contains("Address already in use");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no/such/config", "/dev/null"})
    void aConfigurationThatIsNotThereIsOneLineAndStatusOne(String named) {
        try (RawProcess process = Mail.server().environment("QPSMTPD_CONFIG", named).process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(afterWarnings(process))
                    .singleElement()
                    .asString()
                    .startsWith("FATAL: QPSMTPD_CONFIG names " + named + ", ");
        }
    }

    /** What it printed, without the warning about running as root. */
    static List<String> afterWarnings(RawProcess process) {
        return process.output()
                .awaitEnd()
                .lines()
                .filter(line -> !line.contains("WARNING: running as root"))
                .toList();
    }

    private static long accepted(ServerUnderTest server) {
        return server.log().lines().filter(line -> line.contains("Connection from")).count();
    }

    @Test
    void limitConnectionsLetsFurtherClientsWaitUnanswered() {
        try (ServerUnderTest server = Mail.server().options("--limit-connections", "2").start();
                SmtpDialogue first = server.connect();
                SmtpDialogue second = server.connect()) {
            first.hello();
            second.hello();
            try (SmtpDialogue third = server.connect()) {
                Mail.deliver(second, "meanwhile");
                assertThat(accepted(server)).isEqualTo(2);
                assertThat(first.command("QUIT").code()).isEqualTo(221);
                third.expect(220);
            }
        }
    }

    @Test
    void limitConnectionsHoldsWhenManyComeAtOnce() {
        List<SmtpDialogue> sessions = new ArrayList<>();
        try (ServerUnderTest server = Mail.server().options("--limit-connections", "2").start()) {
            for (int i = 0; i < 20; i++) {
                sessions.add(server.connect());
            }
            sessions.get(0).hello();
            Mail.deliver(sessions.get(0), "first of many");
            assertThat(accepted(server)).isEqualTo(2);
            for (SmtpDialogue session : sessions) {
                if (session != sessions.get(0)) {
                    session.expect(220);
                }
                session.close();
            }
        }
    }

    @Test
    void maxFromIpIsEnforcedByHostsAllow() throws IOException {
        try (ServerUnderTest server =
                        ServerUnderTest.builder()
                                .plugins("hosts_allow", "rcpt_ok", "queue/maildir MAIL")
                                .options("--max-from-ip", "2")
                                .start();
                SmtpDialogue first = server.connect();
                SmtpDialogue second = server.connect()) {
            first.hello();
            second.hello();
            try (SmtpDialogue third = server.connect()) {
                third.expect(451);
                third.expectClosed();
            }
            InetSocketAddress address = Loopback.v4(1, server.port());
            try (SmtpDialogue elsewhere = SmtpDialogue.from(Loopback.v4(2), address)) {
                elsewhere.expect(220);
            }
            assertThat(first.command("QUIT").code()).isEqualTo(221);
            first.expectClosed();
            Eventually.holds("room for another", () -> isGreeted(server));
        }
    }

    private static boolean isGreeted(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            return session.read().code() == 220;
        }
    }

    @Test
    void versionIsPrinted() {
        try (RawProcess process = Mail.server().options("--version").process()) {
            assertThat(process.awaitExit()).isZero();
            assertThat(process.output().awaitEnd())
                    .matches("Qpsmtpd Daemon - version \\d+\\.\\d+\\.\\d+\\n");
        }
    }

    @Test
    void helpNamesEveryOption() {
        try (RawProcess process = Mail.server().options("--help").process()) {
            assertThat(process.awaitExit()).isZero();
            assertThat(process.output().awaitEnd())
                    .startsWith(USAGE)
                    .contains("--port", "--user", "--limit-connections", "--max-from-ip")
                    .contains("--children", "--idle-children", "--interface", "--renice-parent")
                    .contains("--detach", "--pid-file", "--pretty-child", "--version", "--debug")
                    .contains("--quiet", "--help", "--console", "--listen-address");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--no-such-option",
                "--port=smtp",
                "--port=65536",
                "--children=0",
                "--interface=[::1",
                "--interface=127.0.0.256",
                "--pid-file=relative.pid",
                "--user=no:name",
                "--renice-parent=40",
                "--detach=yes",
                "--p=25"
            })
    void aWrongOptionIsOneLineAndStatusTwo(String option) {
        try (RawProcess process = Mail.server().options(option).process()) {
            assertThat(process.awaitExit()).isEqualTo(2);
            String name = option.substring(0, option.contains("=") ? option.indexOf('=') : 4);
            assertThat(process.output().awaitEnd().lines().toList())
                    .singleElement()
                    .asString()
                    .startsWith("qpsmtpd-prefork: ")
                    .contains(name);
        }
    }

    @Test
    void anOptionWithoutItsValueIsOneLineAndStatusTwo() {
        try (RawProcess process = Mail.server().options("--children").process()) {
            assertThat(process.awaitExit()).isEqualTo(2);
            assertThat(process.output().awaitEnd().lines().toList())
                    .singleElement()
                    .asString()
                    .contains("--children");
        }
    }

    @Test
    void debugTellsTheStepsOfTheStart() {
        String event = "\\d{2}/\\d{2}/\\d{4} \\d{2}:\\d{2}:\\d{2}:%d: bound 127\\.0\\.0\\.1:%d";
        try (ServerUnderTest server = Mail.server().options("--debug").start()) {
            assertThat(server.log()).containsPattern(event.formatted(server.pid(), server.port()));
        }
        try (ServerUnderTest server = Mail.server().start()) {
            assertThat(server.log()).doesNotContain(": bound ");
        }
    }

    @Test
    void quietPrintsNoLinesOfTheStart() throws IOException {
        int port = FreePort.take();
        String[] options = {"--quiet", "--port", Integer.toString(port)};
        ServerUnderTest.Builder quietServer = Mail.server().file("logging", "logging/warn LOGWARN");
        try (RawProcess process = quietServer.options(options).process()) {
            InetSocketAddress address = Loopback.v4(1, port);
            Eventually.holds("it serves", () -> serves(address));
            process.process().destroy();
            assertThat(process.awaitExit()).isZero();
            assertThat(afterWarnings(process)).isEmpty();
        }
    }

    static boolean serves(InetSocketAddress address) {
        try (SmtpDialogue session = SmtpDialogue.to(address)) {
            return session.read().code() == 220;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void anUnknownUserIsOneLineAndStatusOne() {
        try (RawProcess process =
                Mail.server().options("--user", "no-such-user", "--quiet").process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(afterWarnings(process)).singleElement().asString().contains("no-such-user");
        }
    }

    @Test
    void anotherUserTakesRoot() {
        assumeTrue(!Shell.isRoot(), "root may switch to any user");
        try (RawProcess process = Mail.server().options("--user", "root", "--quiet").process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(afterWarnings(process)).singleElement().asString().contains("only root can");
        }
    }

    /** Just what runtime/run looks at in a checkout that is built; the server is one that ends. */
    private static Path built(Path checkout) throws IOException {
        for (String folder : List.of("bnd", "bundles", "plugins", "runtime/felix")) {
            Files.createDirectories(checkout.resolve(folder));
        }
        Path bin = checkout.resolve("runtime/felix/target/qpsmtpd/bin");
        Files.createDirectories(bin);
        Files.createFile(checkout.resolve("pom.xml"));
        Files.createFile(checkout.resolve("runtime/felix/target/built"));
        Path server = Files.writeString(bin.resolve("qpsmtpd-prefork"), "#!/bin/sh\n");
        assertThat(server.toFile().setExecutable(true)).isTrue();
        return Files.copy(Path.of("../runtime/run"), checkout.resolve("runtime/run"));
    }

    @ParameterizedTest
    @CsvSource({
        "--debug, 127.0.0.1:2525",
        "--port 25100, 127.0.0.1:25100",
        "--Po=25101 --quiet, 127.0.0.1:25101",
        "--listen-address 0.0.0.0 --port 0, 127.0.0.1:PORT",
        "--port 7 -interface mx.example.com:26, mx.example.com:26",
        "--interface [::1] --port 27, [::1]:27",
    })
    void runShowsCommandsForWhereItListens(String options, String where, @TempDir Path checkout)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(built(checkout).toString()));
        command.addAll(List.of(options.split(" ", -1)));
        String host = where.substring(0, where.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
        String port = where.substring(where.lastIndexOf(':') + 1);

        assertThat(Shell.run(command.toArray(new String[0])))
                .contains("--server " + where + "\n")
                .contains("smtplib.SMTP(\"" + host + "\", " + port + ")");
    }
}
