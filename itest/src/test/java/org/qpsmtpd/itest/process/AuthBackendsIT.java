package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.testkit.StandIn;

/**
 * A server whose users are known elsewhere: to a program, to vpopmaild, and to a credential
 * validation module, each of which knows one.
 */
@Timeout(120)
class AuthBackendsIT {
    private static final String PASSWORD = "s3cret pass";

    /** As such programs do: reads user and password from descriptor 3, then runs what follows. */
    private static final String CHECKPASSWORD =
            """
            #!/bin/sh
            tr '\\0' '\\n' <&3 | head -2 | {
                read -r user && read -r password
                [ "$user" = program@example.com ] && [ "$password" = 's3cret pass' ]
            } || exit 1
            exec "$@"
            """;

    @TempDir private static @Nullable Path folder;
    private static @Nullable StandIn vpopmaild;
    private static @Nullable StandIn cvm;
    private static @Nullable ServerUnderTest server;

    @BeforeAll
    static void start() throws IOException {
        Path home = requireNonNull(folder);
        Path program = Files.writeString(home.resolve("checkpassword"), CHECKPASSWORD);
        Shell.run("chmod", "755", program.toString());
        StandIn mails = StandIn.onPort(AuthBackendsIT::vpopmaild);
        vpopmaild = mails;
        cvm = StandIn.at(home.resolve("cvm"), AuthBackendsIT::cvm);
        String[] address = mails.address().split(":", -1);
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "auth/auth_checkpassword checkpw " + program + " true /bin/true",
                                "auth/auth_vpopmaild host " + address[0] + " port " + address[1],
                                "auth/auth_cvm_unix_local enable_smtp yes cvm_socket "
                                        + home.resolve("cvm"),
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .file("tls_before_auth", "0")
                        .start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        if (vpopmaild != null) {
            vpopmaild.close();
        }
        if (cvm != null) {
            cvm.close();
        }
    }

    private static void vpopmaild(InputStream in, OutputStream out) throws IOException {
        out.write("+OK ready\r\n".getBytes(US_ASCII));
        out.flush();
        String line = new BufferedReader(new InputStreamReader(in, UTF_8)).readLine();
        boolean good = ("login vpop@example.com " + PASSWORD).equals(line);
        out.write((good ? "+OK+\r\n" : "-ERR wrong\r\n").getBytes(US_ASCII));
    }

    private static void cvm(InputStream in, OutputStream out) throws IOException {
        String request = new String(in.readAllBytes(), UTF_8);
        boolean good =
                request.startsWith("\u0001cvm@example.com\0")
                        && request.contains("\0" + PASSWORD + "\0");
        out.write(good ? 0 : 100);
    }

    private static int plain(String user, String password) {
        byte[] proof = ("\0" + user + "\0" + password).getBytes(UTF_8);
        try (SmtpDialogue client = requireNonNull(server).connect()) {
            client.hello();
            String initial = Base64.getEncoder().encodeToString(proof);
            return client.command("AUTH PLAIN " + initial).code();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"program", "vpop", "cvm"})
    void eachKnowsItsOwnUser(String user) {
        assertThat(plain(user + "@example.com", PASSWORD)).isEqualTo(235);
        assertThat(plain(user + "@example.com", PASSWORD + "x")).isEqualTo(535);
        assertThat(requireNonNull(server).log()).doesNotContain(PASSWORD);
    }

    /** As Thunderbird goes on when a password is wrong: on one connection, from one to the next. */
    @Test
    void aClientGoesFromOneMechanismToTheNext() {
        String user = "vpop@example.com";
        try (SmtpDialogue client = requireNonNull(server).connect()) {
            assertThat(client.hello().toString()).contains("AUTH PLAIN LOGIN");
            client.send("AUTH CRAM-MD5").expect(504);
            client.send("AUTH PLAIN").expect(334);
            client.send(base64("\0" + user + "\0wrong")).expect(535);
            client.send("AUTH LOGIN").expect(334);
            client.send(base64(user)).expect(334);
            client.send(base64("wrong")).expect(535);
            client.send("AUTH LOGIN").expect(334);
            client.send("*").expect(501);
            client.send("AUTH PLAIN " + base64("\0" + user + "\0" + PASSWORD)).expect(235);
            client.send("AUTH LOGIN").expect(503);
            client.envelope("ann@example.com", "someone@elsewhere.test");
            assertThat(client.data(Mail.message("after all")).code()).isEqualTo(250);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
