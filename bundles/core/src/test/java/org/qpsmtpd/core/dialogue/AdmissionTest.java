package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Who is let in, before anything else is done for a client; by address and by IPv6 network. */
@Timeout(120)
class AdmissionTest {
    private final List<Integer> counts = new CopyOnWriteArrayList<>();
    private final List<SmtpClient> clients = new ArrayList<>();
    private final Keys keys = new Keys();

    /** As hosts_allow does it. */
    private final PreConnectionHook hostsAllow =
            admission -> {
                counts.add(admission.connectionsFromIp());
                int limit = admission.maxFromIp();
                return limit > 0 && admission.connectionsFromIp() > limit
                        ? HookResult.denySoft("too many connections from you, try again later")
                        : HookResult.DECLINED;
            };

    /** Every port begins with TLS; counts the engines that it is asked for. */
    private static final class Keys implements TlsHook {
        private final AtomicInteger engines = new AtomicInteger();

        @Override
        public boolean isImplicit(int port) {
            return true;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public Optional<SSLEngine> newEngine(Connection connection) {
            engines.incrementAndGet();
            return Optional.of(TestKeys.serverEngine());
        }
    }

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

    @AfterEach
    void closeClients() throws IOException {
        for (SmtpClient client : clients) {
            client.close();
        }
    }

    private SmtpClient connect(TestServer server) throws IOException {
        SmtpClient client = server.connect();
        clients.add(client);
        return client;
    }

    private SmtpClient behindProxy(TestServer server, String address) throws IOException {
        SmtpClient client = connect(server);
        client.write("PROXY TCP6 " + address + " 2001:db8::25 4711 25\r\n");
        return client;
    }

    private TestServer.Builder proxied() {
        return TestServer.builder().config("proxy_protocol_from", "127.0.0.1");
    }

    @Test
    void sendsAwayWhoHoldsTooManyWhateverPluginsSay() throws Exception {
        try (TestServer server = TestServer.builder().maxFromIp(3).start()) {
            for (int i = 0; i < 6; i++) {
                assertThat(connect(server).read().code()).isEqualTo(220);
            }
            SmtpClient refused = connect(server);
            assertThat(refused.readToEnd())
                    .isEqualTo(
                            "421 4.7.0 too many connections from 127.0.0.1, try again later\r\n");
            server.awaitLog("too many connections from 127.0.0.1, closing");

            clients.get(0).close();
            await(server, 5);
            assertThat(connect(server).read().code()).isEqualTo(220);
            closeClients();
            await(server, 0);
        }
    }

    private static void await(TestServer server, int connections) {
        await(() -> server.connections() <= connections);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void leavesTheLastPlacesToOthers() throws Exception {
        try (TestServer server = proxied().maxFromIp(10).limitConnections(12).start()) {
            for (int i = 0; i < 9; i++) {
                assertThat(behindProxy(server, "2001:db8::" + i).read().code()).isEqualTo(220);
            }
            assertThat(behindProxy(server, "2001:db8::9").read().code()).isEqualTo(220);
            assertThat(behindProxy(server, "2001:db8::a").read().code()).isEqualTo(421);
            assertThat(behindProxy(server, "2001:db8:0:1::1").read().code()).isEqualTo(220);
        }
    }

    /** A number says how many connections the client at that address holds then. */
    @ParameterizedTest
    @CsvSource({
        "64, 2001:db8::1 2001:db8::1 2001:db8:0:0:ffff::2 2001:db8:0:1::1, 1 2 3 1",
        "56, 2001:db8::1 2001:db8:0:ff::1 2001:db8:0:100::1, 1 2 1",
        "128, 2001:db8::1 2001:db8::1 2001:db8::2, 1 2 1",
        "64, ::ffff:192.0.2.7 ::ffff:192.0.2.8 ::ffff:192.0.2.7, 1 1 2"
    })
    void countsByNetwork(String prefix, String addresses, String expected) throws Exception {
        try (TestServer server =
                proxied().config("ipv6_prefix", prefix).plugin("count", hostsAllow).start()) {
            for (String address : addresses.split(" ", -1)) {
                assertThat(behindProxy(server, address).read().code()).isEqualTo(220);
            }
        }
        assertThat(counts.stream().map(String::valueOf)).containsExactly(expected.split(" ", -1));
    }

    @Test
    void countsTheNetworkOfSixtyFourBitsUnlessToldOtherwise() throws Exception {
        try (TestServer server = proxied().maxFromIp(2).plugin("hosts_allow", hostsAllow).start()) {
            assertThat(behindProxy(server, "2001:db8::1").read().code()).isEqualTo(220);
            assertThat(behindProxy(server, "2001:db8::2").read().code()).isEqualTo(220);
            assertThat(behindProxy(server, "2001:db8::3").read().code()).isEqualTo(451);
            assertThat(behindProxy(server, "2001:db8:0:1::3").read().code()).isEqualTo(220);
        }
        assertThat(counts).containsExactly(1, 2, 3, 1);
    }

    @Test
    void makesNoHandshakeWithWhomPluginsRefuse() throws Exception {
        PreConnectionHook refusing = admission -> HookResult.deny("not you");
        try (TestServer server =
                TestServer.builder().plugin("tls", keys).plugin("refusing", refusing).start()) {
            SmtpClient client = connect(server);
            client.write(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("closing before the handshake: not you");
            await(server, 0);
        }
        assertThat(keys.engines).hasValue(0);
    }

    @Test
    void countsSilentClientsBeforeTheHandshake() throws Exception {
        try (TestServer server =
                TestServer.builder()
                        .maxFromIp(2)
                        .plugin("tls", keys)
                        .plugin("hosts_allow", hostsAllow)
                        .start()) {
            for (int i = 0; i < 40; i++) {
                connect(server);
                int engines = Math.min(i + 1, 2);
                await(() -> keys.engines.get() >= engines);
            }
            for (SmtpClient refused : clients.subList(2, 40)) {
                assertThat(refused.readToEnd()).isEmpty();
            }
            await(server, 2);
            assertThat(keys.engines).hasValue(2);

            clients.get(0).close();
            await(server, 1);
            SmtpClient next = connect(server).encrypted(TestKeys.clientContext(), "TLSv1.3");
            assertThat(next.read().code()).isEqualTo(220);
        }
    }

    /** What came while a plugin made up its mind is the beginning of the handshake. */
    @Test
    void takesAHandshakeThatBeganBeforeTheAdmission() throws Exception {
        PreConnectionHook slow =
                admission -> {
                    boolean came =
                            admission
                                    .connection()
                                    .awaitInput(Duration.ofSeconds(20))
                                    .toCompletableFuture()
                                    .join();
                    return came ? HookResult.DECLINED : HookResult.deny("nothing came");
                };
        try (TestServer server =
                TestServer.builder().plugin("tls", keys).plugin("slow", slow).start()) {
            SmtpClient client = connect(server).encrypted(TestKeys.clientContext(), "TLSv1.3");
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
        }
    }
}
