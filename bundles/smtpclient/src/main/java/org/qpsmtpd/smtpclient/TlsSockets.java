package org.qpsmtpd.smtpclient;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Authorities;

/** Makes the factory of TLS sockets that a mode needs. Protocols and ciphers are the JDK's. */
final class TlsSockets {
    private TlsSockets() {}

    /**
     * @param caFile PEM file, relative to the server's home directory; empty for the JDK's
     *     authorities
     * @throws IllegalArgumentException when the file cannot be used
     */
    static SSLSocketFactory factory(TlsMode mode, String caFile) {
        TrustManager @Nullable [] trust =
                mode != TlsMode.VERIFY
                        ? new TrustManager[] {new TrustAnyone()}
                        : caFile.isEmpty() ? null : authorities(caFile);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    private static TrustManager[] authorities(String caFile) {
        Path home = Path.of(System.getProperty("org.qpsmtpd.home", ""));
        return Authorities.of("caFile", home.resolve(caFile));
    }

    /**
     * Accepts every certificate: without {@code verify} TLS guards against listeners only. The
     * extended type keeps the JDK from adding checks of its own.
     */
    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
