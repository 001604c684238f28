package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** The queues of real mail systems, and clients that read a reply for each recipient. */
@Timeout(240)
class MailSystemsIT {
    private static final String MESSAGE = "Subject: to several\n\nbody\n";

    private final Path folder;

    MailSystemsIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Shell.run("chmod", "755", folder.toString());
    }

    @BeforeAll
    static void asRoot() {
        assumeTrue(Shell.isRoot(), "Exim, Dovecot and Postfix are started as root");
    }

    private static SmtpReply send(ServerUnderTest server, String field) {
        String message = "Subject: x\r\n" + field + "\r\n\r\nbody\r\n";
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    @Test
    void eximAndSwaksReadWhatDovecotSaysOfEach() throws Exception {
        int port = FreePort.take();
        int lmtpPort = FreePort.take();
        try (Dovecot dovecot = new Dovecot(folder);
                ServerUnderTest server =
                        ServerUnderTest.builder()
                                .plugins("rcpt_ok", "queue/lmtp " + dovecot.socket())
                                .file("rcpthosts", "example.com")
                                .file("lmtp_ports", Integer.toString(lmtpPort))
                                .options("--interface", "127.0.0.1:" + port)
                                .options("--interface", "127.0.0.1:" + lmtpPort)
                                .start()) {
            Path place = Files.createDirectory(folder.resolve("exim"));
            Exim exim = new Exim(place, port, "Debian-exim");
            exim.send(
                    "a@b.test",
                    MESSAGE,
                    "amy@example.com",
                    "nobody@example.com",
                    "zoe@example.com");

            server.awaitLog("353 a reply for each recipient follows");
            assertThat(exim.log())
                    .contains("=> amy@example.com", "zoe@example.com R=all T=next")
                    .containsPattern("\\*\\* nobody@example.com .*PRDR error.*User doesn't exist");
            assertThat(dovecot.mail("amy")).singleElement().asString().contains("to several");
            assertThat(dovecot.mail("zoe")).hasSize(1);

            Result sent =
                    Program.find("swaks", "swaks")
                            .run(
                                    "--protocol",
                                    "LMTP",
                                    "--server",
                                    "127.0.0.1:" + lmtpPort,
                                    "--from",
                                    "a@b.test",
                                    "--to",
                                    "amy@example.com,nobody@example.com,zoe@example.com");
            assertThat(sent.output())
                    .contains("LHLO")
                    .containsPattern("250 2.0.0 <amy@example.com> queued")
                    .containsPattern("552 5.1.1 <nobody@example.com> refused by the next hop: 550")
                    .containsPattern("250 2.0.0 <zoe@example.com> queued");
            assertThat(dovecot.mail("amy")).hasSize(2);
            assertThat(dovecot.mail("zoe")).hasSize(2);
        }
    }

    @Test
    void eximTakesBatches() throws Exception {
        Exim exim = new Exim(folder, 1, "nobody");
        Path home = UserIT.readableDistribution(Files.createDirectory(folder.resolve("server")));
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "queue/exim-bsmtp exim_path " + exim.batchProgram())
                        .file("rcpthosts", "example.com")
                        .home(home)
                        .options("--user", "nobody")
                        .start()) {
            assertThat(send(server, "X-Wanted: yes").toString()).isEqualTo("250 2.0.0 Queued!");
        }
        assertThat(exim.queue())
                .contains("<" + Mail.SENDER + ">", Mail.RECIPIENT, "X-Wanted: yes", "body");
    }

    @Test
    void postfixTakesWhatItWants() throws Exception {
        try (Postfix postfix = new Postfix(folder);
                ServerUnderTest server =
                        ServerUnderTest.builder()
                                .plugins(
                                        "rcpt_ok",
                                        "queue/postfix-queue "
                                                + postfix.cleanup()
                                                + " FLAG_MASK_EXTERNAL FLAG_HOLD")
                                .file("rcpthosts", "example.com")
                                .start()) {
            String queued = send(server, "X-Wanted: yes").toString();

            assertThat(queued).startsWith("250 2.0.0 Queued! ").contains("(Queue-Id: ");
            String id = queued.replaceAll("(?s).*Queue-Id: (\\w+).*", "$1");
            assertThat(postfix.message(id))
                    .contains("sender: " + Mail.SENDER, "recipient: " + Mail.RECIPIENT)
                    .contains("X-Wanted: yes", "body");

            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.command("MAIL FROM:<a@b.test> RET=HDRS ENVID=wish+2B1");
                session.command("RCPT TO:<c@example.com> NOTIFY=DELAY ORCPT=rfc822;d@example.com");
                String wished = session.data("Subject: x\r\n\r\n".getBytes(US_ASCII)).toString();
                assertThat(wished).startsWith("250 ");
                assertThat(postfix.message(wished.replaceAll("(?s).*Queue-Id: (\\w+).*", "$1")))
                        .contains("envelope_id=wish+1", "ret_flags=2", "notify_flags=8")
                        .contains("rfc822;d@example.com");
            }

            assertThat(send(server, "X-Wanted: no").toString())
                    .startsWith("55")
                    .contains("not wanted");
            String large = "0123456789\r\n".repeat(10_000);
            assertThat(send(server, "X-Large: yes\r\n\r\n" + large).code()).isEqualTo(552);
        }
    }
}
