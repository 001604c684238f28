package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Hosts that a client writes in another way than the list that they stand in. */
class HostSpellingsIT {
    private static ServerUnderTest server;

    @BeforeAll
    static void start() {
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "helo",
                                "badmailfrom",
                                "badmailfromto",
                                "badrcptto",
                                "rcpt_ok",
                                "queue/maildir MAIL %d")
                        .file("badhelo", "b\u00f6se.example", "xn--bser-5qa.example", "^wei\u00df")
                        .file(
                                "badmailfrom",
                                "@xn--mnchen-3ya.example",
                                "@k\u00f6ln.example",
                                "j\u00f6rg@example.net",
                                "@[IPv6:2001:db8::1]",
                                "stra\u00dfe\\.example$",
                                "@a..b")
                        .file(
                                "badmailfromto",
                                "@D\u00fcsseldorf.example amy@xn--mnchen-3ya.example")
                        .file("badrcptto", "closed@xn--mnchen-3ya.example")
                        .file(
                                "rcpthosts",
                                "example.com",
                                "m\u00fcnchen.example",
                                "xn--kln-sna.example",
                                ".stra\u00dfe.example",
                                "no domain")
                        .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SmtpDialogue session() {
        SmtpDialogue session = server.connect();
        session.hello();
        return session;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "joe@xn--mnchen-3ya.example",
                "joe@XN--MNCHEN-3YA.Example",
                "joe@m\u00fcnchen.example",
                "joe@M\u00dcNCHEN.EXAMPLE",
                "joe@mu\u0308nchen.example",
                "joe@m\u00fcn\u00adchen.example",
                "joe@m\uff55\u0308nchen\u3002example",
                "joe@xn--kln-sna.example",
                "joe@k\u00f6ln.example",
                "J\u00d6RG@example.net",
                "jo\u0308rg@EXAMPLE.net",
                "joe@[IPv6:2001:0db8:0:0::1]",
                "joe@[ipv6:2001:DB8:0::0:1]",
                "joe@xn--strae-oqa.example",
                "joe@STRA\u1e9eE.example",
            })
    void noSpellingOfASenderPassesTheList(String sender) {
        try (SmtpDialogue session = session()) {
            assertThat(session.command("MAIL FROM:<" + sender + "> SMTPUTF8").code())
                    .isEqualTo(550);
        }
    }

    @Test
    void othersPass() {
        try (SmtpDialogue session = session()) {
            for (String host : new String[] {"strasse.example", "munchen.example", "example.net"}) {
                assertThat(session.command("MAIL FROM:<joe@" + host + "> SMTPUTF8").code())
                        .as(host)
                        .isEqualTo(250);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "joe@example.net,               amy@xn--mnchen-3ya.example,    250",
        "joe@example.net,               amy@M\u00dcNCHEN.example,      250",
        "joe@example.net,               amy@k\u00f6ln.example,         250",
        "joe@example.net,               amy@k\u00f6ln\u3002example,    250",
        "joe@example.net,               amy@x.xn--strae-oqa.example,   250",
        "joe@example.net,               amy@x.strasse.example,         550",
        "joe@example.net,               amy@k\u00f6lln.example,        550",
        "joe@example.net,               CLOSED@m\u00fcnchen.example,   550",
        "joe@d\u00fcsseldorf.example,   amy@m\u00fcnchen.example,      550",
        "joe@xn--dsseldorf-q9a.example, amy@xn--mnchen-3ya.example,    550",
        "joe@xn--dsseldorf-q9a.example, amy@example.com,               250",
    })
    void eachSpellingOfARecipientIsTheSame(String sender, String recipient, int code) {
        try (SmtpDialogue session = session()) {
            assertThat(session.command("MAIL FROM:<" + sender + "> SMTPUTF8").code())
                    .isEqualTo(250);
            assertThat(session.command("RCPT TO:<" + recipient + ">").code()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b\u00f6se.example",
                "xn--bse-sna.example",
                "XN--BSE-SNA.example.",
                "B\u00d6SE\uff0eexample",
                "b\u00f6ser.example",
                "xn--wei-7ka.example",
            })
    void noSpellingOfANamePassesHelo(String name) {
        try (SmtpDialogue session = server.connect()) {
            session.expect(220);
            assertThat(session.command("EHLO " + name).code()).isEqualTo(550);
        }
    }

    @Test
    void mailForOneHostLiesInOneMaildir() {
        try (SmtpDialogue session = session()) {
            for (String host : new String[] {"m\u00fcnchen.example", "XN--MNCHEN-3YA.example"}) {
                session.command("MAIL FROM:<joe@example.net> SMTPUTF8");
                session.command("RCPT TO:<amy@" + host + ">");
                assertThat(session.data(Mail.message(host.substring(8))).code()).isEqualTo(250);
            }
        }
        assertThat(server.mail().resolve("xn--mnchen-3ya.example/new").toFile().list()).hasSize(2);
    }

    @Test
    void anEntryThatIsNoHostIsReportedWithItsPlace() {
        server.awaitLog("/badmailfrom:6: left out: '@a..b': 'a..b' is not a host name");
        server.awaitLog("/rcpthosts:5: 'no domain' is not a domain");
    }
}
