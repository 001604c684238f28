package org.qpsmtpd.plugin.auth.authcertificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.AuthCertificateHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Lets users in by the certificates of their clients.
 *
 * <p>The user of a certificate is whom the file {@code auth_certificates} names for its
 * fingerprint, else what {@code name} (none) takes out of it.
 *
 * <p>Faults: without the file no certificate is in it; a line that cannot be read is logged with
 * its place and left out.
 *
 * <p>Source: RFC 4422 appendix A.
 */
@Component(
        configurationPid = "auth.auth_certificate",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthCertificateConfig.class, factory = true)
@Plugin(name = "auth/auth_certificate", files = AuthCertificatePlugin.FILE)
@NonBlocking
public final class AuthCertificatePlugin implements AuthCertificateHook, FileCheck {
    static final String FILE = "auth_certificates";

    private static final int LONGEST_NAME = 255;

    private final ConfigView<Map<String, String>> users =
            ConfigView.ofEntries(
                    FILE, line -> Entry.parse(line.text()), AuthCertificatePlugin::byFingerprint);

    private final NameSource source;

    /** Checks the setting. */
    @Activate
    public AuthCertificatePlugin(AuthCertificateConfig config) {
        source = Choice.of(NameSource.class, "name", config.name());
    }

    /** Of several lines for a certificate the first counts. */
    private static Map<String, String> byFingerprint(List<Entry> entries) {
        return entries.stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Entry::fingerprint, Entry::user, (first, second) -> first));
    }

    @Override
    public Optional<String> userOf(Connection connection, X509Certificate certificate) {
        String listed = users.in(connection.config()).get(fingerprint(certificate));
        return listed != null ? Optional.of(listed) : named(certificate);
    }

    private Optional<String> named(X509Certificate certificate) {
        return source.of(certificate)
                .flatMap(SaslPrep::prepare)
                .filter(name -> !name.isEmpty() && name.length() <= LONGEST_NAME);
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that cannot be written", e);
        }
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Entry.parse(line);
    }
}
