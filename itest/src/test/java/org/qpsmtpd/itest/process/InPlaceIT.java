package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;
import org.qpsmtpd.itest.plugin.PlainActivator;
import org.qpsmtpd.itest.plugin.SlowPlugins;

/** Bundles that are stopped, started and updated where they are, while calls are in flight. */
class InPlaceIT {
    private static final String BUNDLE = "org.example.slow";
    private static final PluginBundle SLOW = PluginBundle.of(BUNDLE, SlowPlugins.Slow.class);

    private final Path folder;
    private final Path slow;
    private final Path journal;

    InPlaceIT(@TempDir Path folder) {
        this.folder = folder;
        slow = folder.resolve("slow");
        journal = folder.resolve("journal");
    }

    private ServerUnderTest start(String... lines) {
        ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins(lines)
                        .environment(
                                "QPSMTPD_JAVA_OPTS",
                                "-Ditest.slow=" + slow + " -Ditest.journal=" + journal)
                        .deployed("slow.jar", SLOW.numbered(1).jar())
                        .start();
        Eventually.get("a session with the plugin", () -> vrfy(server), "slow v0000001"::equals);
        return server;
    }

    private static String vrfy(ServerUnderTest server) {
        try (SmtpDialogue smtp = server.connect()) {
            return smtp.read().code() == 220 ? smtp.command("VRFY amy").text() : "";
        }
    }

    private static String id(ServerUnderTest server) {
        List<Long> ids = Console.bundles(server, BUNDLE);
        assertThat(ids).as("bundles %s", BUNDLE).hasSize(1);
        return ids.get(0).toString();
    }

    /** Sends a message up to the answer, which the slow plugin delays. */
    private SmtpDialogue inFlight(ServerUnderTest server) throws IOException {
        Files.createFile(slow);
        SmtpDialogue smtp = server.connect();
        smtp.hello();
        smtp.envelope(Mail.SENDER, Mail.RECIPIENT);
        smtp.send("DATA");
        smtp.expect(354);
        smtp.sendText("Subject: in flight\r\n\r\nbody\r\n.\r\n");
        Eventually.holds("the call", () -> journal().contains("called"));
        return smtp;
    }

    private String journal() throws IOException {
        return Files.exists(journal) ? Files.readString(journal) : "";
    }

    private CompletableFuture<String> inBackground(ServerUnderTest server, String... command) {
        return CompletableFuture.supplyAsync(() -> Console.run(server, command));
    }

    private static String get(CompletableFuture<String> running) throws Exception {
        return running.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void assertDefers(SmtpDialogue smtp) {
        assertThat(smtp.data(Mail.message("later")).code())
                .as(smtp.transcript())
                .isBetween(400, 499);
    }

    @Test
    void aCallInFlightEndsBeforeItsPluginIsClosed() throws Exception {
        try (ServerUnderTest server = start("rcpt_ok", "slow", "queue/maildir MAIL")) {
            String id = id(server);
            try (SmtpDialogue smtp = inFlight(server)) {
                CompletableFuture<String> stopping = inBackground(server, "stop", id);
                Files.delete(slow);
                smtp.expect(250);
                get(stopping);
            }
            assertThat(server.maildir().onlyMessage().contentText()).contains("X-Slow: open\n");
            Console.run(server, "start", id);
            Eventually.get("the plugin again", () -> vrfy(server), "slow v0000001"::equals);
        }
    }

    /** A named plugin that is gone: a temporary refusal after a bounded wait, never a bypass. */
    @Test
    void aNamedPluginThatIsGoneDefersMailUntilItIsBack() throws Exception {
        try (ServerUnderTest server = start("rcpt_ok", "slow", "queue/maildir MAIL");
                SmtpDialogue open = server.connect()) {
            open.hello();
            open.envelope(Mail.SENDER, Mail.RECIPIENT);
            String id = id(server);
            Console.run(server, "stop", id);
            assertDefers(open);
            Eventually.get("a deferred client", () -> firstCode(server), code -> code == 421);
            assertThat(server.maildir().messages()).as("delivered without the plugin").isEmpty();
            Console.run(server, "start", id);
            Eventually.get("the plugin again", () -> vrfy(server), "slow v0000001"::equals);
            Mail.deliver(server, "back");
            assertThat(server.maildir().onlyMessage().contentText()).contains("X-Slow: open\n");
        }
    }

    private static int firstCode(ServerUnderTest server) {
        try (SmtpDialogue smtp = server.connect()) {
            return smtp.read().code();
        }
    }

    /**
     * An open session meets the plugin again after a short absence: it waits, and loses nothing.
     */
    @Test
    void aShortAbsenceIsWaitedFor() throws Exception {
        try (ServerUnderTest server = start("rcpt_ok", "slow", "queue/maildir MAIL")) {
            String id = id(server);
            try (Load load = Load.start(server, 4, Load::deliverOne)) {
                for (int i = 0; i < 3; i++) {
                    Console.run(server, "stop " + id + "; start " + id);
                    load.check();
                }
            }
            assertThat(server.maildir().messages())
                    .allSatisfy(
                            message ->
                                    assertThat(message.contentText()).contains("X-Slow: open\n"));
        }
    }

    @Test
    void anUpdateInPlaceTakesEffectWithoutLoss() throws Exception {
        Path update = SLOW.numbered(2).writeTo(folder.resolve("update.jar"));
        try (ServerUnderTest server = start("rcpt_ok", "slow", "queue/maildir MAIL")) {
            String id = id(server);
            try (Load load = Load.start(server, 4, Load::deliverOne)) {
                Console.run(server, "update", id, update.toUri().toString());
                Eventually.get("the new version", () -> vrfy(server), "slow v0000002"::equals);
                load.check();
            }
            assertThat(server.maildir().messages())
                    .allSatisfy(
                            message ->
                                    assertThat(message.contentText()).contains("X-Slow: open\n"));
        }
    }

    /** A bundle without Declarative Services: its hook comes and goes with it. */
    @Test
    void aPlainBundleComesAndGoes() throws Exception {
        PluginBundle plain =
                PluginBundle.of("org.example.plain", PlainActivator.class)
                        .withHeader("Bundle-Activator", PlainActivator.class.getName());
        try (ServerUnderTest server = Mail.server().start()) {
            String usual = vrfy(server);
            DeployFolder.of(server).put("plain.jar", plain.numbered(1).jar());
            Eventually.get("its answer", () -> vrfy(server), "plain v0000001"::equals);
            String id = Console.bundles(server, "org.example.plain").get(0).toString();
            Console.run(server, "stop", id);
            Eventually.get("the usual answer", () -> vrfy(server), usual::equals);
            Console.run(server, "start", id);
            Eventually.get("its answer", () -> vrfy(server), "plain v0000001"::equals);
            DeployFolder.of(server).remove("plain.jar");
            Eventually.get("the usual answer", () -> vrfy(server), usual::equals);
            Mail.deliver(server, "without it");
        }
    }
}
