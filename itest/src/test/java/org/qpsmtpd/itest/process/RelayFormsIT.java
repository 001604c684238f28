package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * Recipients by which a stranger may try to have mail passed on, at a server with the configuration
 * that the distribution comes with: it takes mail for example.com alone.
 */
class RelayFormsIT {
    private static final Path SAMPLE = Path.of("../runtime/felix/src/main/config");

    private static ServerUnderTest server;
    private static SmtpDialogue session;

    /** One session for all, since its greeting waits for early talkers. */
    @BeforeAll
    static void start() throws IOException {
        String plugins = Files.readString(SAMPLE.resolve("plugins"));
        server =
                ServerUnderTest.builder()
                        .configFrom(SAMPLE)
                        .file("plugins", plugins.replace("maildir mail", "maildir MAIL"))
                        .start();
        session = server.connect();
        session.hello();
    }

    @AfterAll
    static void stop() {
        session.close();
        server.close();
    }

    @BeforeEach
    void begin() {
        assertThat(session.command("RSET").code()).isEqualTo(250);
        assertThat(session.command("MAIL FROM:<joe@example.net> SMTPUTF8").code()).isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // another domain, however it is written
                "<amy@other.test>",
                "<amy@OTHER.TEST>",
                "amy@other.test",
                "<amy@sub.example.com>",
                "<amy@example.com.other.test>",
                "<amy@notexample.com>",
                "<amy@example.community>",
                "<amy@com>",
                "<amy@m\u00fcnchen.example.com>",
                "<amy@xn--example-.com>",
                "<amy@example.xn--com->",
                // routes
                "<@example.com:amy@other.test>",
                "<@example.com,@other.test:amy@third.test>",
                "<@other.test:amy%third.test@example.com>",
                "<amy%other.test@example.com>",
                "<amy%other.test%third.test@example.com>",
                "<\"amy%other.test\"@example.com>",
                "<other.test!amy@example.com>",
                "<third.test!other.test!amy@example.com>",
                "<\"other.test!amy\"@example.com>",
                "<other.test!amy%third.test@example.com>",
                "<other.test!amy>",
                "<\"amy@other.test\"@example.com>",
                "<amy@other.test@example.com>",
                "<amy\\@other.test@example.com>",
                "<\"amy\\@other.test\"@example.com>",
                "<\"@other.test:amy\"@example.com>",
                "<\"other::amy\"@example.com>",
                "<other::amy@example.com>",
                "<\"other.test:amy\"@example.com>",
                "<amy%other.test@EXAMPLE.COM>",
                "<amy%other.test@example\u3002com>",
                "<amy%other.test@postmaster>",
                "<amy@example.com@other.test>",
                "<\"amy@example.com\"@other.test>",
                "<amy@other.test,amy@example.com>",
                "<amy@other.test amy@example.com>",
                "<amy@other.test> <amy@example.com>",
                "<amy@other.test><amy@example.com>",
                "<amy@example.com> <amy@other.test>",
                // literals, also our own: it is not in the list
                "<amy@[127.0.0.1]>",
                "<amy@[192.0.2.1]>",
                "<amy@[IPv6:::1]>",
                "<amy@[IPv6:2001:db8::1]>",
                "<amy@[IPv6:::ffff:192.0.2.1]>",
                "<postmaster@[127.0.0.1]>",
                "<postmaster@[192.0.2.1]>",
                "<amy@127.0.0.1>",
                "<amy@[example.com]>",
                "<amy%[192.0.2.1]@example.com>",
                // no domain
                "<>",
                "<amy>",
                "<amy@>",
                "<@example.com>",
                "<@>",
                "<\"\"@example.com>",
                "<%@example.com>",
                "<!@example.com>",
                // no domain of the DNS
                "<amy@example.com.>",
                "<amy@.example.com>",
                "<amy@example..com>",
                "<amy@example\u2024com>",
                "<amy@other.test\uff20example.com>",
                "<amy@other.test\u3002>",
                "<amy@other.test/example.com>",
                "<amy@other.test#example.com>",
                "<amy@other.test(@example.com)>",
                "<amy(@example.com)@other.test>",
                "<(amy@example.com)amy@other.test>",
                "<amy@other.test\\@example.com>",
                "<amy@other.test\u2028@example.com>",
                "<amy@example.com%other.test>",
                "<amy@example.com!other.test>",
                "<amy@other.test|example.com>",
            })
    void isRefused(String path) {
        assertThat(session.command("RCPT TO:" + path).code()).as(path).isBetween(500, 559);
        assertThat(session.command("DATA").code()).as("without a recipient").isGreaterThan(499);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<amy@example.com>",
                "<Amy@EXAMPLE.Com>",
                "<@other.test:amy@example.com>",
                "<\"amy lee\"@example.com>",
                "<amy+list=other.test@example.com>",
                "<amy@example\u3002com>",
                "<amy@\uff45xample.com>",
                "<postmaster>",
                "<postmaster@example.com>",
            })
    void isTaken(String path) {
        assertThat(session.command("RCPT TO:" + path).code()).as(path).isEqualTo(250);
    }

    @Test
    void aNulEndsNoDomain() {
        try (SmtpDialogue own = server.connect()) {
            own.hello();
            own.sendText("MAIL FROM:<joe@example.net>\r\n").expect(250);
            own.sendText("RCPT TO:<amy@other.test\0@example.com>\r\n");
            assertThat(own.read().code()).isBetween(500, 559);
        }
    }
}
