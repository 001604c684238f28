package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
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

/** The servers of a directory and how to reach them, as the settings say. */
final class Servers {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    private final DirectorySettings settings;
    private final LDAPConnectionOptions options;
    private final @Nullable BindRequest bind;

    /**
     * Connections to the directory, of which there is none yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    static LDAPConnectionPool pool(String name, DirectorySettings settings) {
        Servers servers = new Servers(settings);
        try {
            LDAPConnectionPool pool =
                    new LDAPConnectionPool(servers.set(), servers.bind, 0, settings.connections());
            pool.setConnectionPoolName(name);
            pool.setCreateIfNecessary(false);
            pool.setMaxWaitTimeMillis(settings.timeoutMillis());
            // One that was kept may have been closed by the server meanwhile.
            pool.setRetryFailedOperationsDueToInvalidConnections(true);
            return pool;
        } catch (LDAPException e) {
            throw new IllegalArgumentException("servers: " + e.getMessage(), e);
        }
    }

    private Servers(DirectorySettings settings) {
        this.settings = settings;
        bind = bind(settings);
        options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(settings.timeoutMillis());
        options.setResponseTimeoutMillis(settings.timeoutMillis());
        options.setFollowReferrals(false);
        // Whoever asks reads the answer: no thread for each connection.
        options.setUseSynchronousMode(true);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
    }

    /** All of them, the first one being asked as long as it answers. */
    private ServerSet set() {
        List<ServerSet> sets = new ArrayList<>();
        for (String text : settings.servers()) {
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
                    settings.startTls() ? new EncryptedAlready() : null);
        }
        return new SingleServerSet(
                host,
                port,
                null,
                options,
                bind,
                settings.startTls() ? new StartTLSPostConnectProcessor(context()) : null);
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

    private static @Nullable BindRequest bind(DirectorySettings settings) {
        if (settings.bindDn().isEmpty()) {
            return null;
        }
        if (settings.passwordFile().isEmpty()) {
            throw new IllegalArgumentException("bind_dn needs password_file");
        }
        Path file = Path.of(settings.passwordFile());
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || lines.get(0).isEmpty()) {
                throw new IllegalArgumentException("password_file '" + file + "' is empty");
            }
            return new SimpleBindRequest(settings.bindDn(), lines.get(0));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "password_file '" + file + "' cannot be read: " + e, e);
        }
    }

    private SSLContext context() {
        try {
            return settings.caFile().isEmpty()
                    ? new SSLUtil().createSSLContext()
                    : new SSLUtil(new PEMFileTrustManager(new File(settings.caFile())))
                            .createSSLContext();
        } catch (KeyStoreException e) {
            throw new IllegalArgumentException(
                    "caFile '" + settings.caFile() + "' cannot be read: " + e.getMessage(), e);
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
