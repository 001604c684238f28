package org.qpsmtpd.plugin.rcptcallout;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;

/**
 * The settings of conversations with next hops, checked.
 *
 * @param context for TLS, whether it is used or not
 * @param sender as a path, with its angle brackets
 * @param timeout for a question in all
 * @param idleTime how long an unused connection is kept
 */
record Settings(
        TlsMode tls,
        SslContext context,
        String sender,
        int connections,
        Duration idleTime,
        Duration timeout) {

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    static Settings of(RcptCalloutConfig config) {
        TlsMode tls = TlsMode.of(config.tls());
        if (!config.caFile().isEmpty() && tls != TlsMode.VERIFY) {
            throw new IllegalArgumentException("caFile is used with tls verify only");
        }
        return new Settings(
                tls,
                context(tls, config.caFile()),
                sender(config.sender()),
                config.connections(),
                Duration.ofSeconds(config.idleSeconds()),
                Duration.ofSeconds(config.timeoutSeconds()));
    }

    private static String sender(String text) {
        String path = text.startsWith("<") ? text : "<" + text + ">";
        Optional<Address> sender = Address.parse(path, AddressSyntax.STRICT);
        if (sender.isEmpty() || (sender.get().host().isEmpty() && !sender.get().isNull())) {
            throw new IllegalArgumentException(
                    "sender '" + text + "' is neither <> nor an address such as mx@example.org");
        }
        return sender.get().format();
    }

    private static SslContext context(TlsMode tls, String caFile) {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (tls == TlsMode.VERIFY) {
            builder.endpointIdentificationAlgorithm("HTTPS");
            trust(builder, caFile);
        } else {
            // TLS guards against listeners only.
            builder.endpointIdentificationAlgorithm(null)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static void trust(SslContextBuilder builder, String caFile) {
        if (caFile.isEmpty()) {
            return;
        }
        Path file = Path.of(caFile);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("caFile '" + file + "' cannot be read");
        }
        try {
            builder.trustManager(file.toFile());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "caFile '" + file + "' has no certificate that can be read", e);
        }
    }
}
