package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * Many clients that each have the server keep as much as it lets them, against the usual memory and
 * limits: mail of others goes through meanwhile, and afterwards nothing is left of it.
 */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrowdIT {
    private static final int HONEST = 20;
    private static final double MIB = 1024 * 1024;

    /** The records of sessions that are over, about 8 MiB, and what a JVM makes on its way. */
    private static final double ALLOWED = 24 * MIB;

    private static ServerUnderTest bystander;
    private static Crowd neverReads;

    private ServerUnderTest server;

    @BeforeAll
    static void startBystander() {
        bystander = Mail.server().file("logging", "logging/warn 5").start();
        String endless = "EHLO a.test\r\n".repeat(1_000_000);
        neverReads = new Crowd(bystander.port(), 1, 1, endless, false);
    }

    @AfterAll
    static void stopBystander() {
        neverReads.close();
        bystander.close();
    }

    @BeforeEach
    void start() {
        server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "queue/maildir MAIL")
                        .file("logging", "logging/warn 5")
                        .options("--max-from-ip", "0")
                        .start();
        Mail.deliver(server, "warm");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void recipientsWithAllThatAnEnvelopeCanHold() throws Exception {
        String host = "h".repeat(60) + "." + "h".repeat(60) + "." + "h".repeat(60) + ".example";
        String parameters = " NOTIFY=NEVER ORCPT=rfc822;" + "o".repeat(480);
        StringBuilder script = new StringBuilder("EHLO a.test\r\nMAIL FROM:<a@b.test>\r\n");
        for (int i = 0; i < 1000; i++) {
            script.append("RCPT TO:<" + "u".repeat(60) + i + "@example.com>" + parameters + "\r\n");
        }
        script.append("RCPT TO:<x@" + host + ">\r\n");
        attack(500, script.toString(), true);
    }

    @Test
    void parametersThatNobodyKnowsAreNotKept() throws Exception {
        String unknown = " X" + "Y".repeat(1000) + "=" + "z".repeat(2800);
        String script =
                "EHLO a.test\r\nMAIL FROM:<a@b.test>\r\n"
                        + ("RCPT TO:<u@example.com>" + unknown + "\r\n").repeat(1000);
        attack(200, script, true);
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.send("MAIL FROM:<a@b.test>" + unknown);
            session.expect(555, "5.5.4", "Parameter X" + "Y".repeat(39) + "... is not known");
        }
        assertThat(server.log()).doesNotContain("memory is short");
    }

    @Test
    void headersAndTheBeginningOfABody() throws Exception {
        String script =
                "EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<u@example.com>\r\nDATA\r\n"
                        + ("X-Filler: " + "f".repeat(498) + "\r\n").repeat(500)
                        + "\r\n"
                        + ("b".repeat(998) + "\r\n").repeat(90);
        attack(1500, script, false);
    }

    @Test
    void refusalsThatFillTheRecord() throws Exception {
        String host = ("h".repeat(60) + ".").repeat(4) + "test";
        String script =
                "EHLO a.test\r\nMAIL FROM:<a@b.test>\r\n"
                        + ("RCPT TO:<u@" + host + ">\r\n").repeat(500);
        long once = attack(3000, script, true);
        long twice = attack(1000, script, true);
        assertThat((double) twice).as("live heap").isLessThan(1.2 * once);
    }

    @Test
    void repliesThatNobodyReads() throws Exception {
        attack(3500, "EHLO a.test\r\n".repeat(20_000), false);
    }

    /** After a minute; it began before the other tests. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aClientThatDoesNotTakeItsRepliesIsClosed() {
        bystander.awaitLog("the client does not take its replies, closing");
        Eventually.holds("it is closed", () -> neverReads.turnedAway() == 1);
    }

    /**
     * Has the crowd at the server while mail is delivered, and looks what is left.
     *
     * @return the live heap afterwards, in octets
     */
    private long attack(int size, String script, boolean reads) throws Exception {
        long before = LiveHeap.of(server.pid());
        int stored = server.maildir().messages().size();
        List<Long> times = new ArrayList<>();
        int closed;
        try (Crowd crowd = new Crowd(server.port(), size, 3 * size, script, reads)) {
            Eventually.holds(
                    "the server has met the crowd",
                    () -> crowd.finished() + crowd.turnedAway() >= size / 10 || isFull());
            for (int i = 0; i < HONEST; i++) {
                long began = System.nanoTime();
                Mail.deliver(server, "honest " + i);
                times.add(System.nanoTime() - began);
            }
            if (reads) {
                Eventually.holds(
                        "all were served or turned away",
                        () -> crowd.finished() + crowd.turnedAway() >= size);
            }
            closed = crowd.turnedAway();
        }
        Mail.deliver(server, "after it");
        assertThat(server.maildir().messages()).hasSize(stored + HONEST + 1);
        Eventually.holds("all sessions have ended", () -> sessions() == 0);
        long after =
                Eventually.get(
                        "a live heap as before",
                        () -> LiveHeap.of(server.pid()),
                        heap -> heap < before + ALLOWED);
        Figures.print(
                "crowd: %d clients, %d turned away, honest mail %.0f ms (median), %.0f (most);"
                        + " heap %.1f MiB before, %.1f after",
                size,
                closed,
                Figures.of(times).median(),
                Figures.of(times).max(),
                before / MIB,
                after / MIB);
        return after;
    }

    private boolean isFull() {
        return server.log().contains("memory is short");
    }

    private int sessions() {
        String status = Console.run(server, "status");
        String count = status.substring(0, status.indexOf(" open of at most"));
        return Integer.parseInt(count.substring(count.lastIndexOf(' ') + 1).strip());
    }
}
