package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.Stubs;

class TraceFieldsTest {
    private static final String ME = "mx.example.org";

    private static String renamed(String header) throws IOException {
        byte[] octets = header.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        HeaderBlock headers = new HeaderBlock(octets, octets.length);
        TraceFields.renameAuthenticationResults(headers, ME);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        headers.writeTo(out);
        return out.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
    }

    @Test
    void renamesAField() throws IOException {
        assertThat(renamed("Authentication-Results: evil; spf=pass\nA: b\n"))
                .isEqualTo("Original-Authentication-Results: evil; spf=pass\nA: b\n");
    }

    @Test
    void renamesEachOfSeveralFields() throws IOException {
        String header =
                """
                Authentication-Results: one
                authentication-results: two
                A: b
                AUTHENTICATION-RESULTS: three
                """;

        assertThat(renamed(header))
                .isEqualTo(
                        """
                        Original-Authentication-Results: one
                        Original-Authentication-Results: two
                        A: b
                        Original-Authentication-Results: three
                        """);
    }

    @Test
    void keepsFolding() throws IOException {
        assertThat(renamed("Authentication-Results: evil;\n\tspf=pass\n"))
                .isEqualTo("Original-Authentication-Results: evil;\n\tspf=pass\n");
    }

    @Test
    void renamesWhenTheSignatureDoesNotCoverTheField() throws IOException {
        String header =
                """
                DKIM-Signature: v=1; h=From:Subject; b=x
                Authentication-Results: other; spf=pass
                """;

        assertThat(renamed(header))
                .contains("\nOriginal-Authentication-Results: other; spf=pass\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h=Authentication-Results:From",
                "h=from:authentication-results",
                "v=1; h = From :\n  Authentication-Results ; b=x"
            })
    void leavesASignedFieldByteForByte(String signature) throws IOException {
        String header =
                "DKIM-Signature: "
                        + signature
                        + "\nAuthentication-Results:other.test;  spf=pass\u00e9\nA: b\n";

        assertThat(renamed(header)).isEqualTo(header);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mx.example.org; spf=pass",
                "MX.Example.ORG;spf=pass",
                "mx.example.org 1; spf=pass",
                "mx.example.org\t1; spf=pass",
                "mx.example.org\n 1; spf=pass",
                "(a comment) mx.example.org; spf=pass",
                "mx.example.org(comment); spf=pass",
                "\"mx.example.org\"; spf=pass",
                "\"mx.exam\\ple.org\"; spf=pass",
                "\u00ef\u00bd\u008dx.example.org; spf=pass", // a wide m in UTF-8
                "mx.example.org"
            })
    void renamesASignedFieldThatLooksLikeOurs(String value) throws IOException {
        String header =
                "DKIM-Signature: h=Authentication-Results\nAuthentication-Results: " + value + "\n";

        assertThat(renamed(header))
                .isEqualTo(
                        "DKIM-Signature: h=Authentication-Results\n"
                                + "Original-Authentication-Results: "
                                + value
                                + "\n");
    }

    @Test
    void leavesEverythingWhenWeAddNone() throws IOException {
        byte[] octets = "Authentication-Results: x\r\n".getBytes(StandardCharsets.ISO_8859_1);
        HeaderBlock headers = new HeaderBlock(octets, octets.length);

        TraceFields.renameAuthenticationResults(headers, "none");

        assertThat(headers.count("Authentication-Results")).isEqualTo(1);
    }

    private static Connection connection(Hello hello, boolean tls, String user) {
        return connection(hello, tls, user, "host.test", "client.test");
    }

    private static Connection connection(
            Hello hello, boolean tls, String user, String info, String name) {
        return Stubs.of(
                Connection.class,
                Map.of(
                        "hello",
                        hello,
                        "tls",
                        tls ? Optional.of(new TlsInfo("TLSv1.3", "TLS_AES_256")) : Optional.empty(),
                        "authUser",
                        user,
                        "remoteInfo",
                        info,
                        "helloHost",
                        name,
                        "remoteIp",
                        "192.0.2.1"));
    }

    private static Transaction transaction(Connection connection, boolean utf8, String... to) {
        List<Recipient> recipients =
                List.of(to).stream()
                        .map(a -> Stubs.of(Recipient.class, Map.of("address", Address.of(a))))
                        .toList();
        return Stubs.of(
                Transaction.class,
                Map.of(
                        "connection", connection,
                        "smtpUtf8", utf8,
                        "recipients", recipients,
                        "id", "abc.1-1"));
    }

    @ParameterizedTest
    @CsvSource({
        "HELO, false, '',  false, SMTP",
        "EHLO, false, '',  false, ESMTP",
        "EHLO, true,  '',  false, ESMTPS",
        "EHLO, false, joe, false, ESMTPA",
        "EHLO, true,  joe, false, ESMTPSA",
        "EHLO, false, '',  true,  UTF8SMTP",
        "EHLO, true,  joe, true,  UTF8SMTPSA"
    })
    void namesTheProtocol(Hello hello, boolean tls, String user, boolean utf8, String expected) {
        Connection connection = connection(hello, tls, user);

        assertThat(TraceFields.protocol(connection, transaction(connection, utf8)))
                .isEqualTo(expected);
    }

    @Test
    void writesReceivedForOneRecipient() {
        Connection connection = connection(Hello.EHLO, true, "");
        String value =
                TraceFields.received(
                        transaction(connection, false, "user@example.com"),
                        "ESMTPS",
                        ME,
                        "1.0",
                        Instant.EPOCH);

        assertThat(value)
                .startsWith(
                        "from host.test (HELO client.test) (192.0.2.1)\n by mx.example.org"
                                + " (qpsmtpd/1.0) with ESMTPS (TLS_AES_256 encrypted) id abc.1-1\n"
                                + " for <user@example.com>; ")
                .matches(
                        "(?s).*; [A-Z][a-z]{2}, [0-9]{2} (Jan|Dec) 19(70|69) [0-9:]{8}"
                                + " [-+][0-9]{4}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    host.test       | client.test     | from host.test (HELO client.test) (
                    [192.0.2.1]     | [IPv6:2001::1]  | from [192.0.2.1] (HELO [IPv6:2001::1]) (
                    a@host.test     | x)              | from a@host.test (HELO x\\)) (
                    a)@host.test    | (x              | from "a)@host.test" (HELO \\(x) (
                    a"b\\@host.test | x\\              | from "a\\"b\\\\@host.test" (HELO x\\\\) (
                    a@host.test;by  | x)by(y          | from "a@host.test;by" (HELO x\\)by\\(y) (
                    h\u00e9.test      | m\u00fcnchen.test   | from "h?.test" (HELO xn--mnchen-3ya.test) (
                    host.test       | \u00e9\ud83d\ude00_(x      | from host.test (HELO ??_\\(x) (
                    """)
    void letsNoNameLeaveItsPlace(String info, String name, String expected) {
        Connection connection = connection(Hello.EHLO, false, "", info, name);

        assertThat(
                        TraceFields.received(
                                transaction(connection, false, "a@example.com"),
                                "ESMTP",
                                ME,
                                "1.0",
                                Instant.EPOCH))
                .startsWith(expected + "192.0.2.1)\n by ");
    }

    @Test
    void tellsNoRecipientOfTheOthers() {
        Connection connection = connection(Hello.HELO, false, "");
        Transaction transaction = transaction(connection, false, "a@example.com", "b@example.com");

        assertThat(TraceFields.received(transaction, "SMTP", ME, "1.0", Instant.EPOCH))
                .doesNotContain("example.com")
                .contains("with SMTP id abc.1-1; ");
    }

    @Test
    void foldsResultsBetweenTheirParts() {
        AuthenticationResult signature =
                AuthenticationResult.of("dkim", "pass")
                        .with("header", "d", "a-long-name.example.org")
                        .with("header", "s", "selector");

        assertThat(
                        TraceFields.authenticationResults(
                                ME,
                                List.of(
                                        AuthenticationResult.of("auth", "none"),
                                        signature,
                                        signature)))
                .isEqualTo(
                        ME
                                + "; auth=none; dkim=pass\n"
                                + " header.d=a-long-name.example.org header.s=selector; dkim=pass\n"
                                + " header.d=a-long-name.example.org header.s=selector");
    }
}
