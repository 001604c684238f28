package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertDeferred;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;

import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.TlsaRecord;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.TestCertificate;

/** The setting {@code tls dane}. */
final class SmtpForwardDaneTest {
    private static TestCertificate certificate;
    private static X509Certificate known;

    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @BeforeAll
    static void makeCertificate(@TempDir Path directory) throws Exception {
        certificate = TestCertificate.in(directory);
        try (InputStream in = Files.newInputStream(certificate.pem())) {
            known =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private ScriptedHop hop(String... offers) throws Exception {
        return forwarding.hop(offers).withTls(certificate.context());
    }

    private SmtpForwardPlugin plugin(ScriptedHop hop) {
        return forwarding.plugin(hop, "tls", "dane", "host", "localhost");
    }

    private void signedAddress() throws Exception {
        forwarding.resolver.withSigned(
                DnsType.A,
                "localhost",
                List.of((Inet4Address) InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
        forwarding.resolver.with(DnsType.AAAA, "localhost", Status.NO_DATA);
    }

    private static String name(ScriptedHop hop) {
        return "_" + hop.port() + "._tcp.localhost";
    }

    private static TlsaRecord record(int usage, int selector, int matching) throws Exception {
        byte[] part = selector == 0 ? known.getEncoded() : known.getPublicKey().getEncoded();
        byte[] data =
                switch (matching) {
                    case 1 -> MessageDigest.getInstance("SHA-256").digest(part);
                    case 2 -> MessageDigest.getInstance("SHA-512").digest(part);
                    default -> part;
                };
        return new TlsaRecord(usage, selector, matching, HexFormat.of().formatHex(data));
    }

    @ParameterizedTest
    @CsvSource({"3,1,1", "3,0,0", "3,0,2", "3,1,0", "2,0,1", "2,1,2"})
    void verifiesTheCertificateThatARecordNames(int usage, int selector, int matching)
            throws Exception {
        ScriptedHop hop = hop("STARTTLS", "REQUIRETLS");
        signedAddress();
        forwarding.resolver.withSigned(
                DnsType.TLSA,
                name(hop),
                List.of(new TlsaRecord(3, 1, 1, "00"), record(usage, selector, matching)));
        SmtpForwardPlugin plugin = plugin(hop);

        assertQueued(plugin.onQueue(message().withParameter("REQUIRETLS", "")));

        assertThat(hop.commands()).contains("tls MAIL FROM:<a@example.org> REQUIRETLS");
        assertThat(plugin.honours()).containsExactly(QueueExtension.REQUIRETLS);
    }

    @ParameterizedTest
    @CsvSource({"3,1,1,00", "3,2,1,", "3,1,3,", "1,1,1,", "0,0,1,", "2,1,1,00"})
    void defersWhenNoRecordNamesIt(int usage, int selector, int matching, String wrong)
            throws Exception {
        ScriptedHop hop = hop("STARTTLS");
        signedAddress();
        TlsaRecord right = record(usage, Math.min(selector, 1), Math.min(matching, 2));
        String data = wrong == null ? right.data() : wrong;
        forwarding.resolver.withSigned(
                DnsType.TLSA, name(hop), List.of(new TlsaRecord(usage, selector, matching, data)));

        assertDeferred(plugin(hop).onQueue(message()), "TLS with the next hop failed", "4.7.5");
        assertThat(hop.commands()).endsWith("STARTTLS");
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void goesNotInClearWhereARecordIs() throws Exception {
        ScriptedHop hop = hop();
        signedAddress();
        forwarding.resolver.withSigned(DnsType.TLSA, name(hop), List.of(record(3, 1, 1)));

        assertDeferred(plugin(hop).onQueue(message()), "the next hop does not start TLS", "4.7.4");
        assertThat(hop.commands()).containsExactly("EHLO mx.example.com");
    }

    @Test
    void takesWhatIsThereWithoutRecords() throws Exception {
        ScriptedHop hop = hop("STARTTLS");
        signedAddress();
        forwarding.resolver.with(DnsType.TLSA, name(hop), Status.NO_NAME);
        ScriptedHop clear = hop();
        forwarding.resolver.with(DnsType.TLSA, name(clear), Status.NO_DATA);

        assertQueued(plugin(hop).onQueue(message()));
        assertQueued(plugin(clear).onQueue(message()));

        assertThat(hop.commands()).contains("tls DATA");
        assertThat(clear.commands()).contains("DATA");
    }

    @Test
    void believesNoRecordThatIsNotSigned() throws Exception {
        ScriptedHop hop = hop("STARTTLS");
        signedAddress();
        forwarding.resolver.with(DnsType.TLSA, name(hop), new TlsaRecord(3, 1, 1, "00"));

        assertQueued(plugin(hop).onQueue(message()));
    }

    @Test
    void asksForNoRecordOfAHostWhoseAddressIsNotSigned() throws Exception {
        ScriptedHop hop = hop("STARTTLS");
        forwarding.resolver.withAddresses("localhost", "127.0.0.1");

        assertQueued(plugin(hop).onQueue(message()));
        assertThat(forwarding.resolver.questions()).noneMatch(line -> line.contains("_tcp"));
    }

    @Test
    void defersWhenTheDnsDoesNotTell() throws Exception {
        ScriptedHop hop = hop("STARTTLS");
        signedAddress();
        forwarding.resolver.with(DnsType.TLSA, name(hop), Status.FAILED);

        assertDeferred(
                plugin(hop).onQueue(message()),
                "the TLSA records of the next hop cannot be looked up",
                "4.7.5");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void needsAName() {
        assertThatThrownBy(() -> forwarding.plugin(Map.of("host", "192.0.2.1", "tls", "dane")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tls dane needs the name of the next hop, '192.0.2.1' is an address");
    }
}
