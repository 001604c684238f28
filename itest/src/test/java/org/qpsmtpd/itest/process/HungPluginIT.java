package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.HungPlugins;

/**
 * A plugin that hangs or fails is alone with it: the others' mail goes on.
 *
 * <p>System property {@code itest.hung_seconds}: how long each stretch of a comparison lasts (1).
 */
class HungPluginIT {
    private static final int CLIENTS = 8;
    private static final int VICTIMS = 50;
    private static final int STRETCHES = 3;
    private static final Duration STRETCH =
            Duration.ofSeconds(Integer.getInteger("itest.hung_seconds", 1));

    private final Path trouble;

    HungPluginIT(@TempDir Path folder) {
        trouble = folder.resolve("trouble");
    }

    private ServerUnderTest start(String line, Class<?> plugin) {
        String name = line.split(" ", 2)[0];
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", line, "queue/discard")
                .file("logging", "logging/warn 4")
                .environment("QPSMTPD_JAVA_OPTS", "-Ditest.trouble=" + trouble)
                .deployed(name + ".jar", PluginBundle.of("org.example." + name, plugin).jar())
                .start();
    }

    private static void awaitService(ServerUnderTest server) {
        Eventually.holds(
                "a greeting",
                () -> {
                    try (SmtpDialogue smtp = server.connect()) {
                        return smtp.read().code() == 220;
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"VRFY sleep", "VRFY stubborn", "VRFY spin"})
    void aHungPluginLeavesTheOthersTheirThroughput(String command) throws IOException {
        compare(start("hung deadline 120", HungPlugins.OnWorker.class), command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HELP sleep", "HELP spin"})
    void evenOneThatSaidItWouldNeverWait(String command) throws IOException {
        ServerUnderTest server = start("hung_loop deadline 120", HungPlugins.OnLoop.class);
        awaitService(server);
        findOut(server, command);
        compare(server, command);
    }

    /** It takes a second until such a plugin is found out; then it is called on workers. */
    private void findOut(ServerUnderTest server, String command) throws IOException {
        Files.createFile(trouble);
        SmtpDialogue smtp = server.connect();
        smtp.send("EHLO hung.test\r\n" + command);
        server.awaitLog("held up a connection's thread");
        Files.delete(trouble);
        comesBack(smtp);
    }

    private void compare(ServerUnderTest started, String command) throws IOException {
        try (ServerUnderTest server = started) {
            awaitService(server);
            double without = 0;
            double with = 0;
            try (Load load = Load.start(server, CLIENTS, Load::deliverOne)) {
                rate(load); // the first one warms up
                for (int i = 0; i < STRETCHES; i++) {
                    without += rate(load) / STRETCHES;
                    with += rateBeside(server, load, command) / STRETCHES;
                }
                assertThat(load.failures()).as("failed sessions").isEmpty();
            }
            Figures.print(
                    "hung plugin, %s: %d clients, messages/s %.0f without and %.0f with %d clients"
                            + " hung, ratio %.2f",
                    command, CLIENTS, without, with, VICTIMS, with / without);
            assertThat(with).as("messages while others hang").isPositive();
            if (!command.endsWith("spin")) { // which takes the machine's processors
                assertThat(with / without).as("share of the throughput").isGreaterThan(0.8);
            }
        }
    }

    /** Sessions in a second, in the next stretch. */
    private static double rate(Load load) {
        long from = System.nanoTime();
        long before = load.sessions();
        while (System.nanoTime() - from < STRETCH.toNanos()) {
            LockSupport.parkNanos(STRETCH.toNanos() - (System.nanoTime() - from));
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        return (load.sessions() - before) / seconds;
    }

    private double rateBeside(ServerUnderTest server, Load load, String command)
            throws IOException {
        Files.createFile(trouble);
        List<SmtpDialogue> hung = new ArrayList<>();
        try {
            for (int i = 0; i < VICTIMS; i++) {
                SmtpDialogue smtp = server.connect();
                hung.add(smtp);
                smtp.send("EHLO hung.test\r\n" + command);
            }
            return rate(load);
        } finally {
            Files.delete(trouble);
            hung.forEach(HungPluginIT::comesBack);
        }
    }

    /** The hung ones get an answer when the plugin is well again, or had one before. */
    private static void comesBack(SmtpDialogue smtp) {
        try (smtp) {
            int code = smtp.read().code();
            if (code == 220 && smtp.read().code() == 250) {
                code = smtp.read().code();
            }
            assertThat(code).as(smtp.transcript()).isBetween(200, 499);
        }
    }

    @Test
    void itsDeadlineEndsACallThatHangs() throws IOException {
        try (ServerUnderTest server = start("hung deadline 1", HungPlugins.OnWorker.class)) {
            awaitService(server);
            Files.createFile(trouble);
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                smtp.send("VRFY stubborn");
                smtp.expect(252); // which nobody knows better than the plugin
                server.awaitLog("plugin hung did not answer hook vrfy in time (1 s)");
                Mail.deliver(smtp, "meanwhile");
            }
            Files.delete(trouble);
        }
    }

    private static int mail(SmtpDialogue smtp) {
        smtp.command("RSET");
        return smtp.command("MAIL FROM:<joe@example.net>").code();
    }

    @Test
    void aFaultyPluginDefersMailAndItsBreakerClosesAgain() throws IOException {
        try (ServerUnderTest server = start("faulty", HungPlugins.Faulty.class)) {
            awaitService(server);
            Files.createFile(trouble);
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                for (int i = 0; i < 30; i++) {
                    assertThat(mail(smtp)).as(smtp.transcript()).isBetween(400, 499);
                }
                Eventually.get(
                        "an open breaker",
                        () -> Console.run(server, "plugins", "--json"),
                        rows -> rows.matches("(?s).*\"(open|trying)\".*"));
                Files.delete(trouble);
                Eventually.get("the sender is taken again", () -> mail(smtp), code -> code == 250);
                Eventually.get(
                        "a closed breaker",
                        () -> Console.run(server, "plugins", "--json"),
                        rows -> !rows.matches("(?s).*\"(open|trying)\".*"));
            }
            Mail.deliver(server, "well again");
        }
    }

    @Test
    void aFaultyPluginThatMayBeSkippedIs() throws IOException {
        try (ServerUnderTest server = start("faulty on_error skip", HungPlugins.Faulty.class)) {
            awaitService(server);
            Files.createFile(trouble);
            for (int i = 0; i < 30; i++) {
                Mail.deliver(server, "skipped " + i);
            }
            assertThat(server.log()).contains("faulty");
            assertThat(Traces.first(server.log())).isEmpty();
            Files.delete(trouble);
        }
    }
}
