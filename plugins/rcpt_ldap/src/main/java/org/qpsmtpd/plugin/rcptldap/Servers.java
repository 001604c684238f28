package org.qpsmtpd.plugin.rcptldap;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ServerSet;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import com.unboundid.util.ssl.PEMFileTrustManager;
import com.unboundid.util.ssl.SSLUtil;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStoreException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The servers of the directory and how to reach them, as the options say. */
final class Servers {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    private final RcptLdapConfig config;
    private final LDAPConnectionOptions options;
    private final @Nullable BindRequest bind;

    /**
     * Connects to nobody.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    Servers(RcptLdapConfig config) {
        this.config = config;
        bind = bind(config);
        options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(config.timeoutMillis());
        options.setResponseTimeoutMillis(config.timeoutMillis());
        options.setFollowReferrals(false);
        // Whoever asks reads the answer: no thread for each connection.
        options.setUseSynchronousMode(true);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
    }

    /** How to bind on each connection; null to bind as nobody. */
    @Nullable BindRequest bind() {
        return bind;
    }

    /**
     * All of them, the first one being asked as long as it answers.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    ServerSet set() {
        List<ServerSet> sets = new ArrayList<>();
        for (String text : config.servers()) {
            sets.add(server(text));
        }
        if (sets.isEmpty()) {
            throw new IllegalArgumentException("servers names none");
        }
        return sets.size() == 1
                ? sets.get(0)
                : new FailoverServerSet(sets.toArray(ServerSet[]::new));
    }

    private ServerSet server(String text) {
        URI uri = uri(text);
        boolean tls = "ldaps".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? LDAPS_PORT : LDAP_PORT;
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        if (tls) {
            // The library wants steps after the connect for all servers or for none.
            return new SingleServerSet(
                    host,
                    port,
                    context().getSocketFactory(),
                    options,
                    bind,
                    config.starttls() ? new EncryptedAlready() : null);
        }
        return new SingleServerSet(
                host,
                port,
                null,
                options,
                bind,
                config.starttls() ? new StartTLSPostConnectProcessor(context()) : null);
    }

    private static URI uri(String text) {
        try {
            URI uri = URI.create(text);
            boolean known =
                    "ldap".equalsIgnoreCase(uri.getScheme())
                            || "ldaps".equalsIgnoreCase(uri.getScheme());
            if (known && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "servers: '" + text + "' is not ldap://HOST, ldaps://HOST or one with a port");
    }

    private static @Nullable BindRequest bind(RcptLdapConfig config) {
        if (config.bind__dn().isEmpty()) {
            return null;
        }
        if (config.password__file().isEmpty()) {
            throw new IllegalArgumentException("bind_dn needs password_file");
        }
        Path file = Path.of(config.password__file());
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || lines.get(0).isEmpty()) {
                throw new IllegalArgumentException("password_file '" + file + "' is empty");
            }
            return new SimpleBindRequest(config.bind__dn(), lines.get(0));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "password_file '" + file + "' cannot be read: " + e, e);
        }
    }

    private SSLContext context() {
        try {
            return config.caFile().isEmpty()
                    ? new SSLUtil().createSSLContext()
                    : new SSLUtil(new PEMFileTrustManager(new File(config.caFile())))
                            .createSSLContext();
        } catch (KeyStoreException e) {
            throw new IllegalArgumentException(
                    "caFile '" + config.caFile() + "' cannot be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** A server whose connections begin with TLS needs no STARTTLS. */
    private static final class EncryptedAlready implements PostConnectProcessor {
        @Override
        public void processPreAuthenticatedConnection(LDAPConnection connection) {
            // nothing is left to do
        }

        @Override
        public void processPostAuthenticatedConnection(LDAPConnection connection) {
            // nothing is left to do
        }
    }
}
