package org.qpsmtpd.api.hook;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

/**
 * Tells which user a client's certificate stands for, so that the client may authenticate by
 * EXTERNAL (RFC 4422 appendix A). It is none of the hooks that are asked in turn: the first plugin
 * of {@code config/plugins} counts that knows the certificate. It is asked when mechanisms are
 * offered and when AUTH is said, of certificates only that {@link TlsHook#clientCertificate} has
 * found good.
 */
@ConsumerType
@FunctionalInterface
public interface AuthCertificateHook {
    /**
     * The user. Called on the connection's own thread; does not wait.
     *
     * @param certificate the client's own, whose key the client has
     * @return prepared as {@link org.qpsmtpd.api.auth.SaslPrep} does, up to 255 characters; absent
     *     when the plugin does not know it; empty when nobody is let in by it, and then no other
     *     plugin is asked
     */
    Optional<String> userOf(Connection connection, X509Certificate certificate);
}
