package org.qpsmtpd.plugin.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.qpsmtpd.api.net.Authorities;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authorities whose signatures make a client's certificate good. Clients are asked for one, and
 * the handshake goes on without it, and also with one that is not good: mail comes with it as it
 * does without. Whether it is good is looked at when the handshake is over.
 */
final class ClientAuthorities {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAuthorities.class);
    private static final String OPTION = "client_ca";

    private final Path file;
    private volatile X509TrustManager trust;
    private String stamp;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when the file cannot be used
     */
    ClientAuthorities(Path file) {
        this.file = file;
        stamp = stamp(file);
        trust = read(file);
    }

    private static X509TrustManager read(Path file) {
        return (X509TrustManager) Authorities.of(OPTION, file)[0];
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
        } catch (IOException e) {
            return "none";
        }
    }

    /** Reads the file anew when it has changed; what cannot be used changes nothing. */
    void look() {
        String now = stamp(file);
        if (now.equals(stamp)) {
            return;
        }
        stamp = now;
        try {
            trust = read(file);
            LOG.info("{}: in use for the certificates of clients", file);
        } catch (IllegalArgumentException e) {
            LOG.error("{}; the authorities before stay in use", e.getMessage());
        }
    }

    /** What a handshake needs in which the client is asked. */
    TrustManager[] asking() {
        return new TrustManager[] {new Asking()};
    }

    /** The client's certificate; absent without one, and when it is not good. */
    Optional<X509Certificate> good(SSLSession session) {
        try {
            if (!(session.getPeerCertificates() instanceof X509Certificate[] chain)) {
                return Optional.empty();
            }
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return Optional.of(chain[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        } catch (CertificateException e) {
            LOG.info("the client's certificate is left aside: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Names the authorities to clients, and leaves judging for later. */
    private final class Asking extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("this is a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }
    }
}
