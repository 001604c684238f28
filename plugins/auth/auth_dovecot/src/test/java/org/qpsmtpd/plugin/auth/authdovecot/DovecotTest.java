package org.qpsmtpd.plugin.auth.authdovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;

/** With the Dovecot of Debian's package, where it is installed, and a folder of its own. */
@Timeout(180)
final class DovecotTest {
    private static final String DOVECOT = "/usr/sbin/dovecot";
    private static final long PATIENCE_SECONDS = 60;
    private static final String CONFIGURATION =
            """
            base_dir = FOLDER/run
            log_path = FOLDER/log
            protocols = none
            ssl = no
            default_internal_user = USER
            default_internal_group = GROUP
            default_login_user = USER
            auth_mechanisms = plain login cram-md5 scram-sha-256
            auth_failure_delay = 0
            passdb {
              driver = passwd-file
              args = FOLDER/users
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            service auth {
              unix_listener auth-client {
                mode = 0600
              }
            }
            """;

    private final NettyPeers peers = new NettyPeers();
    private final Path folder;
    private Process dovecot;
    private AuthDovecotPlugin plugin;

    DovecotTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of(DOVECOT)), "dovecot is not installed");
        PosixFileAttributes we = Files.readAttributes(folder, PosixFileAttributes.class);
        Files.writeString(folder.resolve("users"), "bob:{PLAIN}s3cret::::::\n");
        Path configuration = folder.resolve("dovecot.conf");
        Files.writeString(
                configuration,
                CONFIGURATION
                        .replace("FOLDER", folder.toString())
                        .replace("USER", we.owner().getName())
                        .replace("GROUP", we.group().getName()));
        dovecot =
                new ProcessBuilder(DOVECOT, "-F", "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        Path socket = folder.resolve("run/auth-client");
        awaitSocket(socket);
        plugin =
                new AuthDovecotPlugin(
                        Configs.config(
                                AuthDovecotConfig.class, Map.of("socket", socket.toString())),
                        Configs.config(PeerOptions.class),
                        peers);
        plugin.onConnect(Client.inClear().connection())
                .pending()
                .ifPresent(later -> later.answer().toCompletableFuture().join());
    }

    private void awaitSocket(Path socket) throws IOException, InterruptedException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(socket)) {
            boolean ended = dovecot.waitFor(100, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() - due > 0) {
                throw new IOException("Dovecot: " + Files.readString(folder.resolve("out")));
            }
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (plugin != null) {
            plugin.close();
        }
        peers.close();
        if (dovecot != null) {
            dovecot.destroy();
            assertThat(dovecot.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private SaslExchange begin(String name, Client client) {
        return plugin.mechanisms(client.connection()).stream()
                .filter(mechanism -> mechanism.name().equals(name))
                .findFirst()
                .orElseThrow()
                .begin(client);
    }

    private SaslStep plain(Client client, String password) {
        SaslExchange exchange = begin("PLAIN", client);
        SaslStep step =
                exchange.respond(("\0bob\0" + password).getBytes(UTF_8))
                        .toCompletableFuture()
                        .join();
        exchange.end();
        return step;
    }

    @Test
    void isAsked() throws Exception {
        assertThat(plugin.mechanisms(Client.inClear().connection()))
                .extracting(SaslMechanism::name)
                .containsExactlyInAnyOrder("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256");
        assertThat(plain(Client.encrypted(), "s3cret").user()).isEqualTo("bob");
        assertThat(plain(Client.encrypted(), "wrong").kind()).isEqualTo(SaslStep.Kind.FAILURE);
        assertThat(cramMd5().kind()).isEqualTo(SaslStep.Kind.SUCCESS);
    }

    private SaslStep cramMd5() throws Exception {
        SaslExchange exchange = begin("CRAM-MD5", Client.encrypted());
        SaslStep challenge = exchange.start().toCompletableFuture().join();
        Mac mac = Mac.getInstance("HmacMD5");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacMD5"));
        String response = "bob " + HexFormat.of().formatHex(mac.doFinal(challenge.octets()));
        SaslStep end = exchange.respond(response.getBytes(UTF_8)).toCompletableFuture().join();
        exchange.end();
        return end;
    }

    @Test
    void judgesManyAtOnce() {
        List<CompletableFuture<SaslStep>> steps = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            SaslExchange exchange = begin("PLAIN", Client.encrypted());
            byte[] response = ("\0bob\0" + (i % 2 == 0 ? "s3cret" : "no")).getBytes(UTF_8);
            steps.add(
                    exchange.respond(response)
                            .whenComplete((step, failed) -> exchange.end())
                            .toCompletableFuture());
        }
        for (int i = 0; i < 50; i++) {
            assertThat(steps.get(i).join().kind())
                    .isEqualTo(i % 2 == 0 ? SaslStep.Kind.SUCCESS : SaslStep.Kind.FAILURE);
        }
    }
}
