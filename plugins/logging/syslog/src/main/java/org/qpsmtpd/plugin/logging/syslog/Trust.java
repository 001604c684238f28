package org.qpsmtpd.plugin.logging.syslog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

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

    private static TrustManager[] authorities(String ca) throws GeneralSecurityException {
        Path path = Path.of(System.getProperty("org.qpsmtpd.home", "")).resolve(ca);
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        try (InputStream in = Files.newInputStream(path)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            if (number == 0) {
                throw new IllegalArgumentException("ca '" + path + "' has no certificate");
            }
            factory.init(store);
            return factory.getTrustManagers();
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("ca '" + path + "' is not there", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("ca '" + path + "' cannot be read: " + e, e);
        }
    }
}
