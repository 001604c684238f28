package org.qpsmtpd.plugin.httpconfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whose certificates of servers are believed. */
final class Authorities {
    private Authorities() {}

    /**
     * TLS that believes the authorities of a file.
     *
     * @throws IllegalArgumentException when the file cannot be used
     */
    static SSLContext of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("ca '" + file + "' has no certificate");
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustIn(certificates).getTrustManagers(), null);
            return context;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("ca '" + file + "' is not there", e);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("ca '" + file + "' cannot be read: " + e, e);
        }
    }

    private static TrustManagerFactory trustIn(Collection<? extends Certificate> certificates)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("ca" + number, certificate);
            number++;
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }
}
