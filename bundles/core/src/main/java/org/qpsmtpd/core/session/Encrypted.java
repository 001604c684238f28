package org.qpsmtpd.core.session;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.core.sasl.ChannelBinding;

/**
 * An encrypted connection.
 *
 * @param agreed what was agreed, as plugins see it
 * @param session the JDK's own, for what authentication is bound to
 * @param client the certificate of the client, found good; null without
 */
record Encrypted(TlsInfo agreed, SSLSession session, @Nullable X509Certificate client) {
    /** What binds an authentication to it; absent when it has nothing of that type. */
    Optional<byte[]> binding(String type) {
        return ChannelBinding.of(type, session);
    }

    /** The certificate of the client, if it has shown a good one. */
    Optional<X509Certificate> certificate() {
        return Optional.ofNullable(client);
    }

    /** The same when the client speaks for another one, whose certificate nobody has seen. */
    Encrypted forAnother() {
        return new Encrypted(agreed, session, null);
    }
}
