package org.qpsmtpd.plugin.parseaddrwithhelo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class ParseAddrWithheloPluginTest {
    private final ParseAddrWithheloPlugin plugin = new ParseAddrWithheloPlugin();
    private final FakeConnection connection = FakeConnection.create().withHelo("client.test");

    @ParameterizedTest
    @CsvSource({
        "FROM:<a@b.test>, <a@b.test>",
        "from: <a@b.test>, <a@b.test>",
        "FROM:<>, <>",
        "FROM:, <>",
        "FROM: a@b.test, a@b.test",
        "'FROM:<\"a >b\"@c.test>', '<\"a >b\"@c.test>'"
    })
    void takesAPathOfMail(String argument, String path) {
        assertThat(mail(argument)).isEqualTo(ParsedCommand.of(path, Parameters.NONE));
    }

    @ParameterizedTest
    @CsvSource({
        "TO:<a@b.test>, <a@b.test>",
        "To:a@b.test, a@b.test",
        "TO:postmaster, postmaster",
        "TO: Abuse, Abuse",
        "TO:<postmaster>, <postmaster>"
    })
    void takesAPathOfRcpt(String argument, String path) {
        assertThat(rcpt(argument)).isEqualTo(ParsedCommand.of(path, Parameters.NONE));
    }

    @ParameterizedTest
    @CsvSource({
        "FROM:<a@b.test> SIZE=3, No parameters allowed in MAIL",
        "FROM:<a@b.test>SIZE=3, No parameters allowed in MAIL",
        "FROM:<a@b.test> <c@d.test>, No parameters allowed in MAIL",
        "FROM:a@b.test SIZE=3, No parameters allowed in MAIL",
        "FORM:<a@b.test>, Syntax error in command",
        "FROM <a@b.test>, Syntax error in command",
        "'', Syntax error in command",
        "FROM:matt, Could not parse your MAIL FROM command",
        "FROM:<a@b.test, Could not parse your MAIL FROM command"
    })
    void refusesWhatIsNoPathOfMail(String argument, String text) {
        assertThat(mail(argument)).isEqualTo(ParsedCommand.refused(text));
    }

    @ParameterizedTest
    @CsvSource({
        "TO:<a@b.test> NOTIFY=NEVER, No parameters allowed in RCPT",
        "TO:postmaster NOTIFY=NEVER, No parameters allowed in RCPT",
        "FROM:<a@b.test>, Syntax error in command",
        "TO:matt, Could not parse your RCPT TO command",
        "TO:, Could not parse your RCPT TO command"
    })
    void refusesWhatIsNoPathOfRcpt(String argument, String text) {
        assertThat(rcpt(argument)).isEqualTo(ParsedCommand.refused(text));
    }

    @Test
    void leavesCommandsAfterEhloToTheServer() {
        FakeConnection other = FakeConnection.create().withEhlo("client.test");

        assertThat(plugin.onMailParse(other)).isEmpty();
        assertThat(plugin.onRcptParse(other)).isEmpty();
    }

    @Test
    void repliesToAClientOfARealServer() throws Exception {
        try (TestServer server =
                        TestServer.builder().plugin("parse_addr_withhelo", plugin).start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("HELO client.test");
            assertThat(client.send("MAIL FROM:<a@b.test> SIZE=3").toString())
                    .contains("501", "No parameters allowed in MAIL");
            assertThat(client.send("MAIL FROM:<a@b.test>").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<a@b.test> NOTIFY=NEVER").code()).isEqualTo(501);
            client.send("EHLO client.test");
            assertThat(client.send("MAIL FROM:<a@b.test> SIZE=3").code()).isEqualTo(250);
        }
    }

    private ParsedCommand mail(String argument) {
        return plugin.onMailParse(connection).orElseThrow().parse(connection, argument);
    }

    private ParsedCommand rcpt(String argument) {
        return plugin.onRcptParse(connection).orElseThrow().parse(connection, argument);
    }
}
