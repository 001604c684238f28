package org.qpsmtpd.plugin.rcptcallout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.TestCertificate;

/** TLS with the next hop, in each mode. */
class TlsHopTest {
    private static TestCertificate certificate;

    private final Asking asking = new Asking();
    private final NextHop hop = new NextHop();
    private int asked;

    TlsHopTest() throws IOException {}

    @BeforeAll
    static void makeCertificate(@TempDir Path folder) throws Exception {
        certificate = TestCertificate.in(folder);
    }

    @AfterEach
    void close() throws IOException {
        asking.close();
        hop.close();
    }

    private HookResult rcpt(Object... settings) throws Exception {
        asked++;
        return asking.rcpt(asking.plugin(hop.port(), settings), "user" + asked + "@ours.test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"may", "encrypt"})
    void takesAnyCertificate(String mode) throws Exception {
        hop.withTls(certificate.context());

        assertThat(rcpt("tls", mode).action()).isEqualTo(Action.DECLINED);
        assertThat(hop.commands("tls "))
                .containsSequence("tls EHLO [127.0.0.1]", "tls MAIL FROM:<>");
        assertThat(hop.commands("MAIL")).isEmpty();
    }

    @Test
    void verifiesTheCertificate() throws Exception {
        hop.withTls(certificate.context());
        String pem = certificate.pem().toString();

        assertThat(rcpt("tls", "verify", "host", "localhost", "caFile", pem).action())
                .isEqualTo(Action.DECLINED);
        assertThat(hop.commands("tls MAIL")).hasSize(1);

        HookResult wrongName = rcpt("tls", "verify", "host", "127.0.0.1", "caFile", pem);
        assertThat(wrongName.action()).isEqualTo(Action.DENYSOFT);
        assertThat(wrongName.reason()).contains(": TLS failed: ");
        HookResult nobodysAuthority = rcpt("tls", "verify", "host", "localhost");
        assertThat(nobodysAuthority.action()).isEqualTo(Action.DENYSOFT);
        assertThat(hop.commands("tls MAIL")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"encrypt", "verify"})
    void goesWithoutTlsNowhereWhereItIsWanted(String mode) throws Exception {
        HookResult notOffered = rcpt("tls", mode);
        assertThat(notOffered.action()).isEqualTo(Action.DENYSOFT);
        assertThat(notOffered.reason()).endsWith(": it does not start TLS");

        hop.always("EHLO", "250-hop.test\r\n250 STARTTLS").always("STARTTLS", "454 not now");
        assertThat(rcpt("tls", mode).reason()).endsWith(": it does not start TLS");
        assertThat(hop.commands("MAIL")).isEmpty();
    }

    @Test
    void goesInClearWhereTlsMayFail() throws Exception {
        hop.always("EHLO", "250-hop.test\r\n250 STARTTLS")
                .always("STARTTLS", "220 go on" + NextHop.DROP);

        assertThat(rcpt("tls", "may").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.commands("MAIL")).hasSize(1);

        HookResult needed = rcpt("tls", "encrypt");
        assertThat(needed.action()).isEqualTo(Action.DENYSOFT);
        assertThat(needed.reason()).contains(": TLS failed: ");
    }

    @Test
    void asksForNoTlsWithNone() throws Exception {
        hop.withTls(certificate.context());

        assertThat(rcpt("tls", "none").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.commands("STARTTLS")).isEmpty();
    }

    @Test
    void whatFollowsTheReplyInClearIsNotBelieved() throws Exception {
        hop.withTls(certificate.context()).always("STARTTLS", "220 go on\r\n250 injected");

        HookResult result = rcpt("tls", "encrypt");
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.reason()).endsWith(": it answers before it is asked");
    }
}
