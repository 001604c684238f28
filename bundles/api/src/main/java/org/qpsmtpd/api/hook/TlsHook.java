package org.qpsmtpd.api.hook;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

/**
 * Supplies what encrypted connections need. The first plugin of {@code config/plugins} that
 * implements it is asked; it is none of qpsmtpd's hooks, and no answer of it refuses anything. The
 * methods are called on the connection's own thread and never wait.
 */
@ConsumerType
public interface TlsHook {
    /**
     * Whether the handshake comes before everything else (RFC 8314).
     *
     * @param port the port of our socket, whatever a proxy says of the port that it was asked on
     */
    boolean isImplicit(int port);

    /** Whether there is a certificate at this moment, so that STARTTLS can be offered. */
    boolean isReady();

    /**
     * The server's side of a connection that begins to be encrypted. Nothing has been wrapped or
     * unwrapped with it, and it is used for this connection only. Before it gets the first message
     * of the client, {@code SSLParameters.getServerNames} of the engine is set to the name that the
     * client asks for, whatever octets that is; it is null when the client asks for none.
     *
     * @return absent when there is no certificate
     */
    Optional<SSLEngine> newEngine(Connection connection);

    /**
     * The certificate that the client has shown, when it is good: signed by an authority that is
     * trusted for clients, made for this use, of this time. Asked once when the handshake is over.
     *
     * @param session of an engine that this plugin has made
     * @return absent when the client has shown none, or one that is not good
     */
    default Optional<X509Certificate> clientCertificate(SSLSession session) {
        return Optional.empty();
    }
}
