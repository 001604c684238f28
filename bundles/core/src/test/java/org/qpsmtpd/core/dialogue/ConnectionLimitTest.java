package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class ConnectionLimitTest {
    @Test
    void leavesTheOthersWaiting() throws Exception {
        try (TestServer server = TestServer.builder().limitConnections(3).start()) {
            List<SmtpClient> served = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SmtpClient client = server.connect();
                assertThat(client.read().code()).isEqualTo(220);
                served.add(client);
            }
            try (SmtpClient waiting = server.connect()) {
                for (SmtpClient client : served) {
                    assertThat(client.send("NOOP").code()).isEqualTo(250);
                }
                assertThat(waiting.hasInput()).isFalse();
                assertThat(server.connections()).isEqualTo(3);

                served.get(1).close();
                assertThat(waiting.read().code()).isEqualTo(220);
            }
            for (SmtpClient client : served) {
                client.close();
            }
        }
    }

    @Test
    void servesACrowdAFewAtATime() throws Exception {
        CompletableFuture<TestServer> running = new CompletableFuture<>();
        AtomicInteger most = new AtomicInteger();
        ConnectHook census =
                connection -> {
                    most.accumulateAndGet(running.join().connections(), Math::max);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder().limitConnections(4).plugin("census", census).start()) {
            running.complete(server);
            List<SmtpClient> crowd = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                crowd.add(server.connect());
            }
            for (SmtpClient client : crowd) {
                assertThat(client.read().code()).isEqualTo(220);
                client.close();
            }
        }
        assertThat(most.get()).isBetween(1, 4);
    }

    /** Room that is made while the socket is about to accept no more is used all the same. */
    @Test
    void acceptsOnWhileClientsComeAndGo() throws Exception {
        AtomicInteger served = new AtomicInteger();
        try (TestServer server = TestServer.builder().limitConnections(2).start()) {
            Callable<Void> sessions =
                    () -> {
                        for (int i = 0; i < 400; i++) {
                            try (SmtpClient client = server.connect()) {
                                assertThat(client.read().code()).isEqualTo(220);
                                served.incrementAndGet();
                            }
                        }
                        return null;
                    };
            ExecutorService clients = Executors.newFixedThreadPool(6);
            try {
                for (Future<Void> each : clients.invokeAll(Collections.nCopies(6, sessions))) {
                    each.get();
                }
            } finally {
                clients.shutdownNow();
            }
        }
        assertThat(served).hasValue(2400);
    }

    @Test
    void tellsPluginsHowManyAnAddressHolds() throws Exception {
        List<Integer> counts = new CopyOnWriteArrayList<>();
        PreConnectionHook hook =
                admission -> {
                    counts.add(admission.connectionsFromIp());
                    return admission.connectionsFromIp() > admission.maxFromIp()
                            ? HookResult.denySoft("too many")
                            : HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder().maxFromIp(2).plugin("hosts_allow", hook).start();
                SmtpClient first = server.connect()) {
            first.read();
            try (SmtpClient second = server.connect()) {
                assertThat(second.read().code()).isEqualTo(220);
                try (SmtpClient third = server.connect()) {
                    assertThat(third.read().code()).isEqualTo(451);
                }
            }
        }
        assertThat(counts).containsExactly(1, 2, 3);
    }
}
