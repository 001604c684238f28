package org.qpsmtpd.plugin.auth.authimap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.TestCertificate;

/** With the Dovecot of Debian's package, where it is installed, and a folder of its own. */
@Timeout(180)
final class DovecotTest {
    private static final Path IMAP = Path.of("/usr/lib/dovecot/imap");
    private static final String DOVECOT = "/usr/sbin/dovecot";
    private static final long PATIENCE_SECONDS = 60;
    private static final String CONFIGURATION =
            """
            base_dir = FOLDER/run
            log_path = FOLDER/log
            protocols = imap
            ssl = required
            ssl_cert = <FOLDER/certificate.pem
            ssl_key = <FOLDER/key.pem
            default_internal_user = USER
            default_internal_group = GROUP
            default_login_user = MAILUSER
            auth_mechanisms = plain login
            auth_failure_delay = 0
            first_valid_uid = 1
            mail_location = maildir:FOLDER/mail/%n
            passdb {
              driver = passwd-file
              args = FOLDER/users
            }
            userdb {
              driver = static
              args = uid=MAILUSER gid=MAILGROUP home=FOLDER/mail/%n
            }
            service anvil {
              chroot =
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service stats {
              chroot =
            }
            service imap-login {
              chroot =
              inet_listener imap {
                address = 127.0.0.1
                port = CLEAR
              }
              inet_listener imaps {
                address = 127.0.0.1
                port = TLS
                ssl = yes
              }
            }
            """;

    private final NettyPeers peers = new NettyPeers();
    private final Path folder;
    private final int clear = freePort();
    private final int tls = freePort();
    private @Nullable Process dovecot;

    DovecotTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.isExecutable(IMAP), "dovecot-imapd is not installed");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("users"), "bob:{PLAIN}s\"3 crét\\::::::\n");
        Files.setPosixFilePermissions(
                Files.createDirectory(folder.resolve("mail")),
                PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private void start() throws Exception {
        TestCertificate certificate = TestCertificate.in(folder);
        Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
        PosixFileAttributes we = Files.readAttributes(folder, PosixFileAttributes.class);
        boolean isRoot = we.owner().getName().equals("root");
        Path configuration = folder.resolve("dovecot.conf");
        Files.writeString(
                configuration,
                CONFIGURATION
                        .replace("FOLDER", folder.toString())
                        .replace("MAILUSER", isRoot ? "nobody" : we.owner().getName())
                        .replace("MAILGROUP", isRoot ? "nogroup" : we.group().getName())
                        .replace("USER", we.owner().getName())
                        .replace("GROUP", we.group().getName())
                        .replace("CLEAR", String.valueOf(clear))
                        .replace("TLS", String.valueOf(tls)));
        Process started =
                new ProcessBuilder(DOVECOT, "-F", "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        dovecot = started;
        awaitPort(started);
    }

    private void awaitPort(Process started) throws IOException, InterruptedException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!isOpen(tls)) {
            boolean ended = started.waitFor(100, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() - due > 0) {
                throw new IOException("Dovecot: " + Files.readString(folder.resolve("out")));
            }
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        peers.close();
        if (dovecot != null) {
            dovecot.destroy();
            assertThat(dovecot.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private AuthImapPlugin plugin(String host, int port, String encryption, String caFile) {
        return new AuthImapPlugin(
                Configs.config(
                        AuthImapConfig.class,
                        Map.of("host", host, "port", port, "tls", encryption, "caFile", caFile)),
                Configs.config(PeerOptions.class),
                peers);
    }

    private AuthImapPlugin plugin(int port, String encryption) {
        return plugin("localhost", port, encryption, folder.resolve("certificate.pem").toString());
    }

    private static CompletableFuture<HookResult> ask(AuthImapPlugin plugin, String password) {
        Credentials credentials = Credentials.withPassword("PLAIN", "bob", Secret.of(password));
        return plugin.onAuthPlain(FakeConnection.create(), credentials)
                .pending()
                .orElseThrow()
                .answer()
                .toCompletableFuture();
    }

    private void knowsThePassword(AuthImapPlugin plugin) throws IOException {
        HookResult good = ask(plugin, "s\"3 crét\\").join();
        HookResult bad = ask(plugin, "wrong").join();

        String log = Files.readString(folder.resolve("log"));
        assertThat(good.action()).as(good.reason() + log).isEqualTo(Action.OK);
        assertThat(bad.action()).as(bad.reason()).isEqualTo(Action.DENY);
    }

    @Test
    void isAskedWithTlsFromTheFirstOctetOn() throws Exception {
        start();
        knowsThePassword(plugin(tls, "yes"));
    }

    @Test
    void isAskedBehindStarttls() throws Exception {
        start();
        knowsThePassword(plugin(clear, "starttls"));
    }

    /** To Dovecot a connection from its own address is safe. */
    @Test
    void isAskedInClearWhereTheLineSaysSo() throws Exception {
        start();
        knowsThePassword(plugin("127.0.0.1", clear, "no", ""));
    }

    @Test
    void isToldNothingWhenItMayBeAnother() throws Exception {
        start();
        HookResult unknown = ask(plugin("localhost", tls, "yes", ""), "wrong").join();
        HookResult named =
                ask(
                                plugin(
                                        "127.0.0.1",
                                        clear,
                                        "starttls",
                                        folder.resolve("certificate.pem").toString()),
                                "wrong")
                        .join();

        assertThat(List.of(unknown.action(), named.action())).containsOnly(Action.DENYSOFT);
        assertThat(unknown.reason()).contains("TLS cannot begin");
        assertThat(named.reason()).contains("TLS cannot begin");
    }

    @Test
    void judgesManyAtOnce() throws Exception {
        start();
        AuthImapPlugin plugin = plugin(tls, "yes");
        List<CompletableFuture<HookResult>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(ask(plugin, i % 2 == 0 ? "s\"3 crét\\" : "no"));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(answers.get(i).join().action())
                    .isEqualTo(i % 2 == 0 ? Action.OK : Action.DENY);
        }
    }
}
