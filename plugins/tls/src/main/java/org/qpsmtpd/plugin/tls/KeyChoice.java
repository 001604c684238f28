package org.qpsmtpd.plugin.tls;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Hosts;

/**
 * Chooses the key by the name that the client asks for (RFC 6066 section 3). Who asks for no name,
 * or for one that no certificate has, gets the first. Aliases are the indexes of the keys.
 */
final class KeyChoice extends X509ExtendedKeyManager {
    private final List<ServerKey> keys;

    KeyChoice(List<ServerKey> keys) {
        this.keys = List.copyOf(keys);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String host = requested(engine);
        List<ServerKey> fitting = keys.stream().filter(key -> key.isFor(host)).toList();
        List<ServerKey> offered =
                fitting.isEmpty()
                        ? keys.stream()
                                .filter(key -> key.names().equals(keys.get(0).names()))
                                .toList()
                        : fitting;
        return offered.stream()
                .filter(key -> key.key().getAlgorithm().equals(algorithm(keyType)))
                .findFirst()
                .map(key -> Integer.toString(keys.indexOf(key)))
                .orElse(null);
    }

    /** The JDK says {@code EC_EC} and {@code EC_RSA} for older key exchanges. */
    private static String algorithm(String keyType) {
        int end = keyType.indexOf('_');
        return end < 0 ? keyType : keyType.substring(0, end);
    }

    /** The server tells it in the parameters; the JDK does, too, where its own reading is on. */
    private static String requested(SSLEngine engine) {
        List<SNIServerName> told = engine.getSSLParameters().getServerNames();
        if (told == null && engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            told = session.getRequestedServerNames();
        }
        for (SNIServerName name : told == null ? List.<SNIServerName>of() : told) {
            if (name.getType() == StandardConstants.SNI_HOST_NAME) {
                return Hosts.comparable(new String(name.getEncoded(), StandardCharsets.UTF_8));
            }
        }
        return "";
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return keys.get(Integer.parseInt(alias)).chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return keys.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
