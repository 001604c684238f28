package org.qpsmtpd.api.net;

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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The authorities of a file, for TLS to servers whose certificates the JDK's do not sign. */
public final class Authorities {
    private Authorities() {}

    /**
     * Trusts what the certificates of a file sign, and them.
     *
     * @param option name of the option that names the file, for the error
     * @param file one or more certificates, PEM or DER
     * @return for {@link javax.net.ssl.SSLContext#init}
     * @throws IllegalArgumentException when the file cannot be used, naming option, file and reason
     */
    public static TrustManager[] of(String option, Path file) {
        String what = option + " '" + file + "' ";
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException(what + "has no certificate");
            }
            return trustIn(certificates);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(what + "is not there", e);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(what + "cannot be read: " + e, e);
        }
    }

    /**
     * What a client of TLS needs that trusts the certificates of a file, or those of the JDK.
     *
     * @param option name of the option that names the file, for the error
     * @param file its value; empty for the JDK's authorities
     * @throws IllegalArgumentException when the file cannot be used, naming option, file and reason
     */
    public static SSLContext client(String option, String file) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, file.isEmpty() ? null : of(option, Path.of(file)), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private static TrustManager[] trustIn(Collection<? extends Certificate> certificates)
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
        return factory.getTrustManagers();
    }
}
