package org.qpsmtpd.plugin.rcptcallout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;

/** A next hop that does what none should: the recipient is deferred, and nothing is believed. */
class HostileHopTest {
    private final Asking asking = new Asking();
    private final NextHop hop = new NextHop();

    HostileHopTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        asking.close();
        hop.close();
    }

    private void assertDeferred(String why, Object... settings) throws Exception {
        HookResult result = asking.rcpt(asking.plugin(hop.port(), settings), "here@ours.test");
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.reason()).isEqualTo("error: 127.0.0.1:" + hop.port() + ": " + why);
    }

    @Test
    void sendsALineWithoutEnd() throws Exception {
        hop.always("RCPT", "250 " + "x".repeat(1_000_000) + NextHop.SILENT);
        assertDeferred("its reply has a line too long");
    }

    @Test
    void sendsContinuationLinesWithoutEnd() throws Exception {
        hop.always("RCPT", "250-more\r\n".repeat(100_000) + NextHop.SILENT);
        assertDeferred("its reply has too many lines");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK",
                "\u0000\u0001\u0002",
                "25",
                "2x0 yes",
                "250yes",
                "150 wait",
                "650 no",
                "250-yes\r\n550 no",
                ""
            })
    void sendsGarbage(String reply) throws Exception {
        hop.always("RCPT", reply);
        assertDeferred("its reply is malformed");
    }

    @Test
    void doesNotTakeTheSecondStep() throws Exception {
        hop.always("RCPT", "354 go on");
        HookResult result = asking.rcpt(asking.plugin(hop.port()), "here@ours.test");
        assertThat(result.reason()).endsWith(" says 354 go on");
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void saysNothing() throws Exception {
        List<CompletableFuture<HookResult>> answers = new ArrayList<>();
        List<NextHop> hops = new ArrayList<>();
        for (String when : List.of("greeting", "EHLO", "MAIL", "RCPT")) {
            NextHop silent = new NextHop().always(when, NextHop.SILENT);
            hops.add(silent);
            RcptCalloutPlugin plugin = asking.plugin(silent.port(), "timeoutSeconds", 1);
            answers.add(asking.begin(plugin, "here@ours.test"));
        }
        for (CompletableFuture<HookResult> answer : answers) {
            HookResult result = answer.get(60, TimeUnit.SECONDS);
            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.reason()).endsWith(": it does not answer in time");
        }
        for (NextHop silent : hops) {
            silent.close();
        }
    }

    @Test
    void answersByteByByteWithoutEnd() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread dribbling = new Thread(() -> dribble(slow));
            dribbling.setDaemon(true);
            dribbling.start();
            RcptCalloutPlugin plugin = asking.plugin(slow.getLocalPort(), "timeoutSeconds", 1);

            HookResult result = asking.rcpt(plugin, "here@ours.test");
            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.reason()).endsWith(": it does not answer in time");
        }
    }

    /** An octet, again and again, a continuation line after the other, until nobody reads. */
    private static void dribble(ServerSocket slow) {
        byte[] line = "220-a\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = slow.accept()) {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 100 * line.length; i++) {
                out.write(line[i % line.length]);
                out.flush();
                socket.setSoTimeout(20);
                awaitSilence(socket);
            }
            var unused = socket.getInputStream().read();
        } catch (IOException e) {
            // The client went away.
        }
    }

    private static void awaitSilence(Socket socket) throws IOException {
        try {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("closed by the client");
            }
        } catch (SocketTimeoutException e) {
            // Nothing came, which is what was waited for.
        }
    }

    @Test
    void answersBeforeItIsAsked() throws Exception {
        hop.always("MAIL", "250 ok\r\n250 any recipient you like");
        assertDeferred("it answers before it is asked");
    }

    @Test
    void beginsAnAnswerBeforeItIsAsked() throws Exception {
        hop.always("MAIL", "250 ok\r\n250-any");
        assertDeferred("it answers before it is asked");
    }

    @Test
    void answersInAdvanceWhatIsAskedLater() throws Exception {
        hop.answering("RSET", "250 ok\r\n250 ok\r\n250 here@ours.test is there");
        hop.rcpt("here@ours.test", "550 5.1.1 nobody");
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 1);
        asking.rcpt(plugin, "other@ours.test");

        assertThat(asking.rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(hop.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT"})
    void closesAtOnce(String when) throws Exception {
        hop.always(when, NextHop.DROP);
        assertDeferred("it closed the connection");
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT"})
    void says421(String when) throws Exception {
        hop.always(when, "421 4.3.2 shutting down" + NextHop.DROP);
        assertDeferred("it closes the connection: 421 4.3.2 shutting down");
    }

    @Test
    void closesWithinAReply() throws Exception {
        hop.always("RCPT", "250-yes" + NextHop.DROP);
        assertDeferred("it closed the connection");
    }

    @Test
    void wantsToWriteLinesOfTheReply() throws Exception {
        hop.rcpt(
                "here@ours.test",
                "550-5.1.1 no\rQUIT\u0000\u001b[2J\u00fc\r\n550 5.1.1 (#2.0.0) "
                        + "long ".repeat(200));
        HookResult result = asking.rcpt(asking.plugin(hop.port()), "here@ours.test");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text())
                .startsWith("noQUIT??[2J? (#2.0.0) long long")
                .endsWith("... (#5.1.1)")
                .hasSizeLessThan(300)
                .matches("[ -~]*");
        assertThat(result.reason()).matches("[ -~]*");
    }

    @Test
    void anotherCodeClassInTheTextIsNoEnhancedCode() throws Exception {
        hop.rcpt("here@ours.test", "550 2.1.5 fine");
        HookResult result = asking.rcpt(asking.plugin(hop.port()), "here@ours.test");

        assertThat(result.text()).isEqualTo("2.1.5 fine (#5.1.1)");
    }
}
