package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;
import org.qpsmtpd.itest.process.BrokerUnderTest.Got;

/** What holds for each queue plugin that publishes to a broker. All tests share one broker. */
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
abstract class BrokerScenarios {
    private static final int CLIENTS = 6;
    private static final Pattern SUBJECT = Pattern.compile("\r\nSubject: (.*)\r\n");

    private final Path folder;
    private BrokerUnderTest broker;

    BrokerScenarios(Path folder) {
        this.folder = folder;
    }

    /** A broker that has not been started. */
    abstract BrokerUnderTest broker(Path place) throws Exception;

    @BeforeAll
    void prepare() throws Exception {
        broker = broker(folder);
    }

    /** The broker, started if it does not run, and without a message. */
    BrokerUnderTest emptyBroker() throws Exception {
        if (!broker.isRunning()) {
            broker.start();
        }
        broker.empty();
        return broker;
    }

    @AfterAll
    void stop() throws Exception {
        if (broker != null) {
            broker.end();
        }
    }

    static ServerUnderTest server(String line) {
        return ServerUnderTest.builder().plugins("rcpt_ok", line).start();
    }

    static SmtpReply send(ServerUnderTest server, String subject) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(Mail.message(subject));
        }
    }

    @Test
    void eachOctetArrivesWithTheEnvelope() throws Exception {
        byte[] message =
                ("Subject: octets\r\nX-Long: "
                                + "x".repeat(900)
                                + "\r\n\r\n.\r\n..two\r\n \t \r\n\u00e4\u00ff\u0000\u0080\r\n\r\n\r\n")
                        .getBytes(ISO_8859_1);
        emptyBroker();
        try (ServerUnderTest server = server(broker.line());
                SmtpDialogue session = server.connect()) {
            session.hello();
            session.send("MAIL FROM:<> BODY=8BITMIME").expect(250);
            session.send("RCPT TO:<amy@example.com>").expect(250);
            session.send("RCPT TO:<\"a b\"@example.com>").expect(250);
            SmtpReply reply = session.data(message);
            assertThat(reply.code()).as(server.log()).isEqualTo(250);
            assertThat(reply.text()).startsWith("queued as ");
        }
        List<Got> all = broker.messages();
        assertThat(all).hasSize(1);
        Got got = all.get(0);
        assertThat(new String(got.octets(), ISO_8859_1))
                .contains("\r\nReceived: from ")
                .endsWith("\r\n" + new String(message, ISO_8859_1));
        assertThat(got.envelope())
                .containsEntry("mail-from", List.of(""))
                .containsEntry("mail-to", List.of("amy@example.com", "a b@example.com"))
                .containsEntry("mail-client", List.of("127.0.0.1"))
                .containsEntry("mail-helo", List.of("client.test"))
                .containsKeys("mail-id", "mail-time", "mail-digest");
    }

    @Test
    void whatWasAcceptedIsThereThoughTheBrokerIsKilled() throws Exception {
        emptyBroker();
        Senders senders;
        try (ServerUnderTest server = server(broker.line())) {
            senders = new Senders(CLIENTS, address -> connect(server));
            try (senders) {
                senders.awaitMore(10);
                broker.kill();
                broker.start();
                senders.awaitMore(10);
            }
        }
        assertThat(senders.failures()).isEmpty();
        assertThat(senders.accepted()).hasSizeGreaterThanOrEqualTo(20 * CLIENTS);
        assertThat(subjects()).containsAll(senders.accepted());
    }

    private static SmtpDialogue connect(ServerUnderTest server) {
        return server.connect();
    }

    private List<String> subjects() throws Exception {
        return broker.messages().stream()
                .map(got -> SUBJECT.matcher(new String(got.octets(), ISO_8859_1)))
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .collect(Collectors.toList());
    }

    @Test
    void mailIsDeferredUntilTheBrokerIsThere() throws Exception {
        broker.kill();
        try (ServerUnderTest server = server(broker.line())) {
            server.awaitLog("cannot be used, mail is deferred: ");
            SmtpReply reply = send(server, "early");
            assertThat(reply.code()).isEqualTo(451);
            assertThat(reply.enhanced()).isEqualTo("4.4.1");

            broker.start();
            Eventually.get(
                    "250 without a restart",
                    () -> send(server, "recovered").code(),
                    code -> code == 250);
        }
        assertThat(subjects()).contains("recovered").doesNotContain("early");
    }

    @Test
    void mailIsDeferredWhenItHasNowhereToGo() throws Exception {
        emptyBroker();
        try (ServerUnderTest server = server(broker.lineToNowhere())) {
            server.awaitLog(" nowhere");
            assertThat(send(server, "lost").code()).isEqualTo(451);
        }
        assertThat(broker.messages()).isEmpty();
    }
}
