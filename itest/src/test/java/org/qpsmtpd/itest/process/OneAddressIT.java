package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** One address opens more connections than there may be, and says nothing; others are served. */
@Timeout(240)
class OneAddressIT {
    private static final int PLACES = 256;
    private static final int ATTACKS = 260;
    private static final int ATTACKER = 66;

    private final Path keys;
    private final List<Socket> sockets = new ArrayList<>();

    OneAddressIT(@TempDir Path keys) {
        this.keys = keys;
    }

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void attack(int port, String first) throws IOException {
        for (int i = 0; i < ATTACKS; i++) {
            Socket socket = new Socket(Loopback.v4(1), port, Loopback.v4(ATTACKER), 0);
            sockets.add(socket);
            try {
                socket.getOutputStream().write(first.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                assertThat(first).as("refused before it said anything").isNotEmpty();
            }
        }
    }

    private static ServerUnderTest.Builder server(String... plugins) {
        return ServerUnderTest.builder()
                .plugins(plugins)
                .file("loglevel", "5")
                .options("--max-from-ip", "10", "--limit-connections", "" + PLACES);
    }

    /** Another client is served; the attacker holds so many connections then. */
    private static void assertServes(ServerUnderTest server, int port, int held) {
        try (SmtpDialogue honest = SmtpDialogue.to(port)) {
            honest.hello();
            Mail.deliver(honest, "honest");
        }
        String most = " open of at most " + PLACES;
        Eventually.get(
                "those refused are gone",
                () -> Console.run(server, "status"),
                status -> status.contains(held + most));
    }

    @Test
    void doesNotLockOthersOutOnAPortInClear() throws Exception {
        try (ServerUnderTest server = server("rcpt_ok", "queue/maildir MAIL").start()) {
            attack(server.port(), "");
            assertServes(server, server.port(), 20);
            server.awaitLog("too many connections from 127.0.0.66, closing");
        }
    }

    /** Without and with the plugin that looks at --max-from-ip. */
    @Test
    void doesNotLockOthersOutOnAPortThatBeginsWithTls() throws Exception {
        Certificates.make(keys, "mx", "mx.example.org");
        String tls = "tls " + keys.resolve("mx.crt") + " " + keys.resolve("mx.key");
        for (String limiting : List.of("naughty", "hosts_allow")) {
            int port = FreePort.take();
            int clear = FreePort.take();
            try (ServerUnderTest server =
                    server(tls + " smtps_port " + port, limiting, "rcpt_ok", "queue/maildir MAIL")
                            .options("--interface", "127.0.0.1:" + port)
                            .options("--interface", "127.0.0.1:" + clear)
                            .start()) {
                attack(port, "");
                assertServes(server, clear, limiting.equals("naughty") ? 20 : 10);
            }
            closeSockets();
        }
    }

    @Test
    void doesNotLockOthersOutBehindAProxy() throws Exception {
        try (ServerUnderTest server =
                server("rcpt_ok", "queue/maildir MAIL")
                        .file("proxy_protocol_from", "127.0.0." + ATTACKER)
                        .start()) {
            attack(server.port(), "PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n");
            assertServes(server, server.port(), 20);
            server.awaitLog("too many connections from 192.0.2.7, closing");
        }
    }

    /** An IPv4 client on a socket of IPv6 is one of IPv4. */
    @Test
    void tellsIpv4ClientsApartOnASocketOfIpv6() throws Exception {
        try (ServerUnderTest server =
                server("hosts_allow", "rcpt_ok", "queue/maildir MAIL")
                        .options("--interface", "[::]:0")
                        .options("--max-from-ip", "1")
                        .start()) {
            try (SmtpDialogue one =
                            SmtpDialogue.from(Loopback.v4(2), Loopback.v4(1, server.port()));
                    SmtpDialogue other =
                            SmtpDialogue.from(Loopback.v4(3), Loopback.v4(1, server.port()));
                    SmtpDialogue again =
                            SmtpDialogue.from(Loopback.v4(2), Loopback.v4(1, server.port()))) {
                one.expect(220);
                other.expect(220);
                again.expect(451);
            }
        }
    }
}
