package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** Two servers behind haproxy and on one Redis, with one of the servers or Redis killed. */
@Timeout(240)
class TwoServersIT {
    private static final int FIRST = 0;
    private static final int SECOND = 1;
    private static final int CLIENTS = 6;

    private static final int KNOWN = 20;
    private static final int NAUGHTY = 21;
    private static final int STRANGER = 22;
    private static final int LATECOMER = 23;

    private final Path folder;
    private TwoServers servers;

    TwoServersIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() throws IOException {
        servers = TwoServers.start(folder);
    }

    @AfterEach
    void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    private SmtpDialogue connect(int client, int server) {
        return servers.proxy().connect(Loopback.v4(client), server);
    }

    /** What a client is told to MAIL at one of the servers. */
    private SmtpReply mail(int client, int server) {
        try (SmtpDialogue session = connect(client, server)) {
            session.hello();
            return session.command("MAIL FROM:<" + Mail.SENDER + ">");
        }
    }

    @Test
    void eachKnowsWhatTheOtherSaw() {
        assertThat(mail(KNOWN, FIRST).text()).isEqualTo("This mail is temporarily denied");
        try (SmtpDialogue session = connect(KNOWN, SECOND)) {
            session.hello();
            Mail.deliver(session, "known");
        }
        assertThat(servers.second().maildir().onlyMessage().trace("Received"))
                .contains("(127.0.0." + KNOWN + ")");
        assertThat(mail(KNOWN, FIRST).text())
                .startsWith("too many messages per address (2 in 1h), try again later");

        try (SmtpDialogue session = connect(NAUGHTY, FIRST)) {
            session.hello();
            session.command("MAIL FROM: <" + Mail.SENDER + ">");
            session.command("MAIL FROM: <" + Mail.SENDER + ">");
            session.command("QUIT");
        }
        SmtpReply refused =
                Eventually.get(
                        "the penalty", () -> greeting(NAUGHTY, SECOND), said -> said.code() != 220);
        assertThat(refused.text()).startsWith("You were naughty. You cannot connect for ");
    }

    private SmtpReply greeting(int client, int server) {
        try (SmtpDialogue session = connect(client, server)) {
            return session.read();
        }
    }

    @Test
    void nothingIsLostWithAServer() {
        Senders senders = new Senders(CLIENTS, servers.proxy()::connect);
        try (senders) {
            senders.awaitMore(10);
            servers.first().kill();
            senders.awaitMore(10);
        }
        assertThat(servers.first().maildir().messages()).isNotEmpty();
        assertThat(servers.stored()).containsAll(senders.accepted());
    }

    @Test
    void mailGoesOnWithoutRedisAndAfterIt() throws Exception {
        assertThat(mail(KNOWN, SECOND).code()).isEqualTo(450);
        assertThat(mail(KNOWN, SECOND).code()).isEqualTo(250);
        Senders senders = new Senders(CLIENTS, servers.proxy()::connect);
        try (senders) {
            senders.awaitMore(5);
            servers.redis().kill();
            servers.awaitLogs("cannot be used");
            assertThat(mail(STRANGER, FIRST).code()).as("with on_error skip").isEqualTo(250);
            assertThat(mail(KNOWN, SECOND).code()).as("with on_error defer").isEqualTo(450);
            senders.awaitMore(5);

            servers.redis().restart();
            servers.awaitLogs("is reached again");
            assertThat(mail(LATECOMER, FIRST).code()).as("not known").isEqualTo(450);
            assertThat(mail(LATECOMER, SECOND).code()).as("known to both").isEqualTo(250);
            senders.awaitMore(5);
        }
        assertThat(senders.failures()).isEmpty();
        assertThat(servers.stored()).containsAll(senders.accepted());
    }
}
