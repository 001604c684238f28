package org.qpsmtpd.plugin.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts connections: STARTTLS, and TLS from the first octet on ports for it.
 *
 * <p>Settings: certificate, key, chain and DH parameters in qpsmtpd's order, {@code sni} for
 * further certificates, {@code client_ca} to ask clients for theirs, {@code smtps_port} (465). The
 * files {@code tls_ciphers} and {@code tls_protocols} narrow or widen what is agreed to; below TLS
 * 1.2 nothing is.
 *
 * <p>Faults: a certificate that cannot be used is logged and left out, or does not replace the one
 * in use; without any, STARTTLS is not offered and answered 454.
 *
 * <p>Source: qpsmtpd {@code plugins/tls @ df5b04d}; RFC 3207, RFC 8314, RFC 9325.
 */
@Component(configurationPid = "tls", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TlsConfig.class, factory = true)
@Plugin(
        name = "tls",
        positional = {"certificate", "key", "ca", "dhparam"},
        files = {"tls_ciphers", "tls_protocols"},
        paths = {"certificate", "key", "ca", "dhparam", "client_ca"})
public final class TlsPlugin implements TlsHook {
    private static final Logger LOG = LoggerFactory.getLogger(TlsPlugin.class);
    private static final int LOOK_SECONDS = 2;

    /** Names that mail clients give the protocol; who wants to speak another one is refused. */
    private static final String[] APPLICATIONS = {"smtp", "esmtp"};

    private final int[] ports;
    private final Optional<ClientAuthorities> clients;
    private final Certificates certificates;
    private final ConfigView<List<String>> suites =
            new ConfigView<>("tls_ciphers", CipherSuites::parse);
    private final ConfigView<List<String>> protocols =
            new ConfigView<>("tls_protocols", Protocols::parse);
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "tls-certificates");
                        thread.setDaemon(true);
                        return thread;
                    });

    /**
     * Reads the certificates, and looks every other second whether they changed.
     *
     * @param properties tell the configuration directory of the server
     * @throws IllegalArgumentException for an {@code sni} that names no files, and a {@code
     *     client_ca} that cannot be used
     */
    @Activate
    public TlsPlugin(TlsConfig config, Map<String, Object> properties) {
        this(config, KeyFiles.Places.of(properties.get("qpsmtpd.config_dir")));
    }

    TlsPlugin(TlsConfig config, KeyFiles.Places places) {
        ports = config.smtps__port();
        List<KeyFiles> files = new ArrayList<>(List.of(KeyFiles.of(config, places)));
        for (String further : config.sni()) {
            files.add(KeyFiles.parse(further, places));
        }
        if (!config.dhparam().isEmpty()) {
            LOG.info("{} is not read: the groups of RFC 7919 are used", config.dhparam());
        }
        clients =
                config.client__ca().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new ClientAuthorities(places.path(config.client__ca())));
        certificates =
                new Certificates(
                        files,
                        clients.map(ClientAuthorities::asking)
                                .orElseGet(() -> new TrustManager[0]));
        var unused =
                watch.scheduleWithFixedDelay(
                        this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            certificates.look();
            clients.ifPresent(ClientAuthorities::look);
        } catch (RuntimeException e) {
            LOG.error("the certificates cannot be looked at: {}", e.toString());
        }
    }

    /** Looks no more. */
    @Deactivate
    void close() {
        watch.shutdownNow();
    }

    Certificates certificates() {
        return certificates;
    }

    @Override
    public boolean isImplicit(int port) {
        return port > 0 && Arrays.stream(ports).anyMatch(one -> one == port);
    }

    @Override
    public boolean isReady() {
        return certificates.context().isPresent();
    }

    @Override
    public Optional<SSLEngine> newEngine(Connection connection) {
        return certificates.context().map(context -> engine(context, connection));
    }

    @Override
    public Optional<X509Certificate> clientCertificate(SSLSession session) {
        return clients.flatMap(them -> them.good(session));
    }

    private SSLEngine engine(SSLContext context, Connection connection) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters agreeable = engine.getSSLParameters();
        List<String> known = List.of(engine.getSupportedCipherSuites());
        agreeable.setCipherSuites(
                suites.in(connection.config()).stream()
                        .filter(known::contains)
                        .toArray(String[]::new));
        agreeable.setProtocols(protocols.in(connection.config()).toArray(String[]::new));
        agreeable.setUseCipherSuitesOrder(true);
        agreeable.setApplicationProtocols(APPLICATIONS);
        if (clients.isPresent()) {
            agreeable.setWantClientAuth(true);
        }
        engine.setSSLParameters(agreeable);
        return engine;
    }
}
