package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;
import org.qpsmtpd.itest.Waiting;

/** The plugin mta_hooks with a filter in Python, which is in the plugin's README. */
@Timeout(120)
class MtaHooksIT {
    private static final Path SCRIPT =
            Path.of("src/test/resources/mta_hooks/hook.py").toAbsolutePath();
    private static final Path README = Path.of("../plugins/mta_hooks/README.md");
    private static final String LISTENS = "it listens";

    private static Process filter;
    private static ServerUnderTest server;

    @BeforeAll
    static void start() {
        int port = FreePort.take();
        filter =
                Program.find("python3", "python3")
                        .start(List.of(SCRIPT.toString(), String.valueOf(port)), List.of());
        ProcessOutput output = ProcessOutput.of(filter.getInputStream());
        var unused =
                Eventually.get(
                        "hook.py listens",
                        () -> isOpen(port) ? LISTENS : filter + "\n" + output.text(),
                        LISTENS::equals);
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "mta_hooks http://127.0.0.1:" + port + "/ stages rcpt,data",
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .start();
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (filter != null) {
            filter.destroyForcibly();
        }
    }

    private static SmtpReply send(String subject, String body) {
        String message =
                "From: joe@example.net\r\nSubject: " + subject + "\r\n\r\n" + body + "\r\n";
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    @Test
    void doesWhatAFilterOfThirtyLinesSays() throws Exception {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.command("MAIL FROM:<joe@example.net>");
            assertThat(session.command("RCPT TO:<nobody@example.com>").toString())
                    .contains("550", "5.1.1 nobody lives here");
            assertThat(session.command("RCPT TO:<" + Mail.RECIPIENT + ">").code()).isEqualTo(250);
        }
        assertThat(send("throw away", "x").code()).isEqualTo(250);
        assertThat(server.maildir().messages()).isEmpty();

        assertThat(send("hello", "some words\r\n".repeat(20_000)).code()).isEqualTo(250);
        String message = Files.readString(server.maildir().onlyMessage().file());
        assertThat(message)
                .contains("Subject: new hello", "SOME WORDS")
                .doesNotContain("some words");
        nothingPassesWithoutTheFilter();
    }

    private static void nothingPassesWithoutTheFilter() throws Exception {
        filter.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);

        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.command("MAIL FROM:<joe@example.net>");
            assertThat(session.command("RCPT TO:<" + Mail.RECIPIENT + ">").toString())
                    .contains("450", "The mail filter is not available");
        }
        assertThat(server.awaitLog("is it running, and listening there?"))
                .contains("error: not scanned: mta_hooks 127.0.0.1:");
    }

    @Test
    void theReadmeShowsTheFilterAsItIs() throws IOException {
        assertThat(Files.readString(README)).contains(Files.readString(SCRIPT));
    }
}
