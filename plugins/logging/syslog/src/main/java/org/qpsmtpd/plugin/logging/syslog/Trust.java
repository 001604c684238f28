package org.qpsmtpd.plugin.logging.syslog;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Authorities;

/** Whom the connection trusts that is encrypted. */
final class Trust {
    private Trust() {}

    /**
     * @param ca PEM file with certificates; empty for the JDK's authorities
     * @throws IllegalArgumentException when the file cannot be used
     */
    static SSLSocketFactory in(String ca) {
        try {
            TrustManager @Nullable [] trust = ca.isEmpty() ? null : authorities(ca);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("ca '" + ca + "' cannot be used: " + e, e);
        }
    }

    private static TrustManager[] authorities(String ca) {
        Path home = Path.of(System.getProperty("org.qpsmtpd.home", ""));
        return Authorities.of("ca", home.resolve(ca));
    }
}
