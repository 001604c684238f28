package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** A stranger, a local client and an authenticated one meet different plugins. */
@Timeout(300)
class PeersIT {
    private static final int STRANGER = 1;
    private static final int LOCAL = 2;
    private static final int ROUNDS = Integer.getInteger("itest.peers_swaps", 12);

    private final Path folder;

    PeersIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private Maildir mail(String name) {
        return new Maildir(folder.resolve(name));
    }

    private String queue(String name) {
        return "queue/maildir " + folder.resolve(name);
    }

    private static SmtpDialogue connect(ServerUnderTest server, int last) {
        return SmtpDialogue.from(
                Loopback.v4(last), new InetSocketAddress(Loopback.v4(1), server.port()));
    }

    private static SmtpDialogue hello(ServerUnderTest server, int last) {
        SmtpDialogue smtp = connect(server, last);
        smtp.hello();
        return smtp;
    }

    /** The lists of a site with peers; the plugin of VRFY is in all. */
    private ServerUnderTest.Builder peers() {
        return ServerUnderTest.builder()
                .plugins("hosts_allow", "peers")
                .file("xclient_from", "127.0.0.0/8")
                .file("peers/0", "swap_vrfy", "rcpt_ok", queue("strangers"))
                .file("peers/127.0.0.2", "swap_vrfy", "swap_help", "rcpt_ok", queue("locals"))
                .file("peers/local", "swap_vrfy", "rcpt_ok", queue("users"))
                .environment("QPSMTPD_JAVA_OPTS", "-Ditest.journal=" + folder.resolve("journal"));
    }

    private static ServerUnderTest start(ServerUnderTest.Builder builder, SwapPlugins plugins) {
        for (String hook : List.of("vrfy", "help")) {
            builder.deployed(SwapPlugins.file(hook), plugins.jar(hook, 1));
        }
        return builder.start();
    }

    @Test
    void eachClientHasThePluginsOfItsList() throws IOException {
        try (ServerUnderTest server = start(peers(), SwapPlugins.make());
                SmtpDialogue stranger = hello(server, STRANGER);
                SmtpDialogue local = hello(server, LOCAL)) {
            Mail.deliver(stranger, "of a stranger");
            Mail.deliver(local, "of a local client");
            assertThat(local.command("HELP").text()).contains("v0000001");
            assertThat(stranger.command("HELP").text()).doesNotContain("v0000001");
            assertThat(Console.run(server, "connections"))
                    .containsPattern("127.0.0.1:.* peers/0 ")
                    .containsPattern("127.0.0.2:.* peers/127.0.0.2 ");
            assertThat(Console.run(server, "status")).contains("peers/0, peers/local");
            assertThat(Console.run(server, "plugins", "peers/127.0.0.2", "help"))
                    .contains("swap_help");

            stranger.send("XCLIENT ADDR=198.51.100.7 LOGIN=joe");
            stranger.hello();
            Mail.deliver(stranger, "of a user");
            stranger.send("QUIT");
            stranger.expect(221);
            String id = recordOf(server);
            assertThat(Console.run(server, "why", id)).contains("peers/0, then peers/local");
        }
        assertThat(mail("strangers").messages()).hasSize(1);
        assertThat(mail("locals").messages()).hasSize(1);
        assertThat(mail("users").messages()).hasSize(1);
    }

    private static String recordOf(ServerUnderTest server) {
        String table =
                Eventually.get(
                        "the record of a session",
                        () -> Console.run(server, "why"),
                        text -> text.lines().count() > 1);
        return table.lines().skip(1).findFirst().orElseThrow().split(" ", 2)[0];
    }

    @Test
    void ourOwnFileSaysTheSame() throws IOException {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", queue("strangers"))
                        .file("clients", "127.0.0.2 plugins.local", "tls plugins.secret")
                        .file("plugins.local", "rcpt_ok", queue("locals"))
                        .file("plugins.secret", "rcpt_ok", queue("secrets"));
        try (ServerUnderTest server = builder.start()) {
            swaks(server, "127.0.0.1");
            swaks(server, "127.0.0.2");
        }
        assertThat(mail("strangers").messages()).hasSize(1);
        assertThat(mail("locals").messages()).hasSize(1);
    }

    private static void swaks(ServerUnderTest server, String from) {
        Program.Result sent =
                Program.find("swaks", "swaks")
                        .run(
                                "--server",
                                "127.0.0.1:" + server.port(),
                                "--local-interface",
                                from,
                                "--from",
                                Mail.SENDER,
                                "--to",
                                Mail.RECIPIENT,
                                "--helo",
                                "client.test");
        assertThat(sent.status()).as(sent.output()).isZero();
    }

    /** A list that is wrong changes nothing; one that is broken at the start defers its clients. */
    @Test
    void aBrokenListIsItsClientsOwn() throws IOException {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", queue("strangers"))
                        .file("clients", "127.0.0.2 plugins.local")
                        .file("plugins.local", "no_such_plugin", "rcpt_ok", queue("locals"));
        try (ServerUnderTest server = builder.start()) {
            server.awaitLog("plugins.local:1: plugin 'no_such_plugin'");
            server.awaitLog("mail of clients with the plugin list plugins.local is deferred");
            try (SmtpDialogue local = connect(server, LOCAL)) {
                local.expect(421);
            }
            Mail.deliver(server, "of a stranger");
            server.writeConfig("plugins.local", "rcpt_ok", queue("locals"));
            server.awaitLog("generation 2: ");
            try (SmtpDialogue local = hello(server, LOCAL)) {
                Mail.deliver(local, "of a local client");
            }
            server.writeConfig("clients", "127.0.0.2 plugins.absent");
            server.awaitLog("clients:1: the plugin list 'plugins.absent' is not there");
            server.awaitLog("generation 2 stays in use");
            try (SmtpDialogue local = hello(server, LOCAL)) {
                Mail.deliver(local, "of a local client");
            }
        }
        assertThat(mail("strangers").messages()).hasSize(1);
        assertThat(mail("locals").messages()).hasSize(2);
    }

    /** Clients of both lists while the bundle that both share is replaced, and a list is edited. */
    @Test
    void nothingIsLostWhileBundlesAndListsChange() throws Exception {
        SwapPlugins plugins = SwapPlugins.make();
        try (ServerUnderTest server = start(peers(), plugins)) {
            DeployFolder deploy = DeployFolder.of(server);
            AtomicBoolean over = new AtomicBoolean();
            List<Sender> senders = new ArrayList<>();
            for (int at = 0; at < 6; at++) {
                senders.add(new Sender(server, 1 + at % 2, over));
            }
            senders.forEach(Thread::start);
            for (int version = 2; version <= ROUNDS; version++) {
                byte[] jar = plugins.jar("vrfy", version);
                deploy.put(SwapPlugins.file("vrfy"), jar);
                int wanted = version;
                Eventually.holds(
                        "version " + version + " in both lists",
                        () ->
                                senders.stream()
                                        .limit(2)
                                        .allMatch(sender -> sender.newest.get() >= wanted));
            }
            server.writeConfig("peers/127.0.0.2", "swap_vrfy", "rcpt_ok", queue("moved"));
            Eventually.holds("mail by the edited list", this::isMoved);
            over.set(true);
            for (Sender sender : senders) {
                sender.join(Duration.ofMinutes(1).toMillis());
            }
            assertThat(senders).allSatisfy(sender -> assertThat(sender.failures).isEmpty());
            int strangers = count(senders, STRANGER);
            assertThat(mail("strangers").messages()).hasSize(strangers);
            assertThat(mail("locals").messages().size() + mail("moved").messages().size())
                    .isEqualTo(count(senders, LOCAL));
        }
    }

    private boolean isMoved() throws IOException {
        return Files.isDirectory(folder.resolve("moved/new"))
                && !mail("moved").messages().isEmpty();
    }

    private static int count(List<Sender> senders, int last) {
        return senders.stream()
                .filter(sender -> sender.last == last)
                .mapToInt(sender -> sender.accepted.get())
                .sum();
    }

    /** Sends mail in session after session; a session keeps its plugins. */
    private static final class Sender extends Thread {
        private final ServerUnderTest server;
        private final int last;
        private final AtomicBoolean over;
        private final AtomicInteger accepted = new AtomicInteger();
        private final AtomicInteger newest = new AtomicInteger();
        private final List<String> failures = new CopyOnWriteArrayList<>();

        Sender(ServerUnderTest server, int last, AtomicBoolean over) {
            super("client of 127.0.0." + last);
            setDaemon(true);
            this.server = server;
            this.last = last;
            this.over = over;
        }

        @Override
        public void run() {
            while (!over.get() && failures.isEmpty()) {
                try (SmtpDialogue smtp = hello(server, last)) {
                    session(smtp);
                } catch (AssertionError | RuntimeException e) {
                    failures.add(e.toString());
                }
            }
        }

        private void session(SmtpDialogue smtp) {
            String version = version(smtp);
            for (int message = 0; message < 3; message++) {
                Mail.deliver(smtp, "one of many");
                accepted.incrementAndGet();
                assertThat(version(smtp)).as(smtp.transcript()).isEqualTo(version);
            }
            newest.accumulateAndGet(Integer.parseInt(version.substring(1)), Math::max);
            smtp.send("QUIT");
            smtp.expect(221);
        }

        private static String version(SmtpDialogue smtp) {
            smtp.send("VRFY amy");
            return smtp.expect(250).text().replaceFirst("^.*vrfy ", "");
        }
    }
}
