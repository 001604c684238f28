package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertDeferred;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.TestCertificate;

/** The setting tls. */
final class SmtpForwardTlsTest {
    private static TestCertificate certificate;

    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @BeforeAll
    static void makeCertificate(@TempDir Path directory) throws Exception {
        certificate = TestCertificate.in(directory);
    }

    @Test
    void startsTlsWhenOfferedWithAnyCertificate() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS", "PIPELINING");

        assertQueued(forwarding.plugin(hop).onQueue(message()));
        assertThat(hop.commands())
                .startsWith("EHLO mx.example.com", "STARTTLS", "tls EHLO mx.example.com")
                .contains("tls DATA");
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void usesATlsConnectionAgain() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertQueued(plugin.onQueue(message()));
        assertQueued(plugin.onQueue(message()));

        assertThat(hop.connections()).isEqualTo(1);
        plugin.close();
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void forgetsWhatWasOfferedInClear() throws Exception {
        ScriptedHop hop =
                tlsHop("STARTTLS").answering("EHLO", "250-hop\r\n250-STARTTLS\r\n250 SIZE 1");

        assertQueued(forwarding.plugin(hop).onQueue(message()));
    }

    @Test
    void doesNotStartTlsWhenToldSo() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");

        assertQueued(forwarding.plugin(hop, "tls", "none").onQueue(message()));
        assertThat(hop.commands()).doesNotContain("STARTTLS");
    }

    @Test
    void goesOnInClearWhenTlsIsRefusedButNotRequired() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS").answering("STARTTLS", "454 4.7.0 not now");

        assertQueued(forwarding.plugin(hop).onQueue(message()));
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).contains("DATA");
    }

    @Test
    void goesOnInClearWhenTlsFailsButIsNotRequired() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS").answering("STARTTLS", "220 ready" + DROP);

        assertQueued(forwarding.plugin(hop).onQueue(message()));
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.commands()).containsOnlyOnce("STARTTLS").contains("DATA");
    }

    @Test
    void dropsTheConnectionWhenAReplyIsInjectedAfterStarttls() throws Exception {
        for (String tls : List.of("may", "encrypt", "verify")) {
            ScriptedHop hop = tlsHop("STARTTLS").answering("STARTTLS", "220 ready\r\n250 fake");

            HookResult result = forwarding.plugin(hop, "tls", tls).onQueue(message());

            assertDeferred(result, "the next hop sent more than a reply to STARTTLS");
            assertThat(hop.commands()).endsWith("STARTTLS");
            assertThat(hop.connections()).isEqualTo(1);
        }
    }

    @Test
    void requiresTlsWhenToldSo() throws Exception {
        for (String tls : List.of("encrypt", "verify")) {
            ScriptedHop hop = tlsHop();

            assertDeferred(
                    forwarding.plugin(hop, "tls", tls).onQueue(message()),
                    "the next hop does not start TLS",
                    "4.7.4");
            assertThat(hop.commands()).containsExactly("EHLO mx.example.com");
        }
    }

    @Test
    void defersWhenRequiredTlsIsRefused() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS").answering("STARTTLS", "454 4.7.0 not now");

        assertDeferred(
                forwarding.plugin(hop, "tls", "encrypt").onQueue(message()),
                "the next hop does not start TLS",
                "4.7.4");
    }

    @Test
    void defersWhenRequiredTlsFails() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS").answering("STARTTLS", "220 ready" + DROP);

        assertDeferred(
                forwarding.plugin(hop, "tls", "encrypt").onQueue(message()),
                "TLS with the next hop failed",
                "4.7.5");
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void encryptsWithAnyCertificate() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");

        assertQueued(forwarding.plugin(hop, "tls", "encrypt").onQueue(message()));
        assertThat(hop.commands()).contains("tls DATA");
    }

    @Test
    void verifiesACertificateOfATrustedAuthority() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");

        assertQueued(verifying(hop, "localhost").onQueue(message()));
        assertThat(hop.commands()).contains("tls DATA");
    }

    @Test
    void defersWhenTheAuthorityIsNotTrusted() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");

        assertDeferred(
                forwarding.plugin(hop, "tls", "verify", "host", "localhost").onQueue(message()),
                "TLS with the next hop failed",
                "4.7.5");
        assertThat(hop.commands()).endsWith("STARTTLS");
    }

    @Test
    void defersWhenTheCertificateIsForAnotherHost() throws Exception {
        ScriptedHop hop = tlsHop("STARTTLS");

        assertDeferred(
                verifying(hop, "127.0.0.1").onQueue(message()),
                "TLS with the next hop failed",
                "4.7.5");
        assertThat(hop.commands()).endsWith("STARTTLS");
    }

    @Test
    void namesACaFileThatCannotBeUsed(@TempDir Path directory) throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        ScriptedHop hop = tlsHop();

        assertThatThrownBy(
                        () -> forwarding.plugin(hop, "tls", "verify", "caFile", empty.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("caFile '" + empty + "' has no certificate");
        assertThatThrownBy(() -> forwarding.plugin(hop, "tls", "verify", "caFile", "/no/such/file"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("caFile '/no/such/file' is not there");
    }

    private ScriptedHop tlsHop(String... offers) throws IOException {
        return forwarding.hop(offers).withTls(certificate.context());
    }

    private SmtpForwardPlugin verifying(ScriptedHop hop, String host) {
        return forwarding.plugin(
                hop, "tls", "verify", "host", host, "caFile", certificate.pem().toString());
    }
}
