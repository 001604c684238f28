package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Many log in at once, and the directory takes its time: that holds no child of the server. */
@Timeout(300)
class AuthStormIT {
    private static final int A_SECOND = 500;
    private static final int SECONDS = 3;
    private static final int AT_ONCE = 200;
    private static final Duration THINKING = Duration.ofMillis(200);

    private static final String LOGIN =
            "AUTH PLAIN "
                    + Base64.getEncoder()
                            .encodeToString(
                                    ("\0" + SlowDirectory.USER + "\0" + SlowDirectory.PASSWORD)
                                            .getBytes(US_ASCII));

    private static ServerUnderTest start(SlowDirectory directory) {
        return ServerUnderTest.builder()
                .plugins(
                        "auth/auth_ldap_bind ldap_base "
                                + SlowDirectory.BASE
                                + " ldap_timeout 60 ldap_port "
                                + directory.port()
                                + " connections "
                                + AT_ONCE,
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .options("--children", "2", "--max-from-ip", "0", "--limit-connections", "0")
                .file("tls_before_auth", "0")
                .start();
    }

    private static List<SmtpDialogue> clients(ServerUnderTest server, int number) {
        List<SmtpDialogue> clients = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            SmtpDialogue client = server.connect();
            client.hello();
            clients.add(client);
        }
        return clients;
    }

    private static void expectAllIn(List<SmtpDialogue> clients) {
        for (SmtpDialogue client : clients) {
            assertThat(client.read().code()).as(client.transcript()).isEqualTo(235);
            client.close();
        }
    }

    /** As many as may be at once wait for the directory, which answers when the test is done. */
    @Test
    void whoWaitsForTheDirectoryHoldsNoChild() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger thinking = new AtomicInteger();
        Runnable waiting =
                () -> {
                    thinking.incrementAndGet();
                    await(gate);
                };
        try (SlowDirectory directory = new SlowDirectory(waiting);
                ServerUnderTest server = start(directory)) {
            List<SmtpDialogue> clients = clients(server, AT_ONCE);
            clients.forEach(client -> client.send(LOGIN));
            Eventually.get("all are asked about", thinking::get, number -> number == AT_ONCE);

            Mail.deliver(server, "beside them");

            assertThat(Console.run(server, "status")).contains("0 requests waiting");
            gate.countDown();
            expectAllIn(clients);
        }
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void eachIsLetIn() throws Exception {
        try (SlowDirectory directory =
                        new SlowDirectory(() -> LockSupport.parkNanos(THINKING.toNanos()));
                ServerUnderTest server = start(directory)) {
            List<SmtpDialogue> clients = clients(server, A_SECOND * SECONDS);
            long begun = System.nanoTime();
            long between = Duration.ofSeconds(1).toNanos() / A_SECOND;
            for (int i = 0; i < clients.size(); i++) {
                LockSupport.parkNanos(begun + i * between - System.nanoTime());
                clients.get(i).send(LOGIN);
                if (i % A_SECOND == 0) {
                    Mail.deliver(server, "beside " + i);
                }
            }
            double sent = (System.nanoTime() - begun) / 1e9;
            expectAllIn(clients);
            Figures.print(
                    "storm: %d logins within %.1f s, the last let in after %.1f s",
                    clients.size(), sent, (System.nanoTime() - begun) / 1e9);
        }
    }
}
