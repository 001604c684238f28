package org.qpsmtpd.plugin.tls;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates in use. {@link #look} reads those anew whose files changed, once they have been
 * the same at two looks, because a certificate and its key are seldom written at one moment. What
 * cannot be used does not replace what is in use, and is tried again at each look: what kept it
 * from being read may have passed without a trace at the files.
 */
final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final int SESSIONS = 5000;
    private static final int SESSION_SECONDS = 3600;

    private final List<Slot> slots;
    private final TrustManager[] clients;
    private volatile @Nullable SSLContext context;

    private static final class Slot {
        private final KeyFiles files;
        private String seen = "";
        private String read = "";
        private String fault = "";
        private @Nullable ServerKey key;

        Slot(KeyFiles files) {
            this.files = files;
        }

        /**
         * Whether the files are the same as at the last look, and others than at the last reading
         * or not usable then.
         */
        boolean isDue() {
            String now = files.stamp();
            boolean settled = now.equals(seen);
            seen = now;
            return settled && !(now.equals(read) && fault.isEmpty());
        }

        boolean renew() {
            seen = files.stamp();
            read = seen;
            try {
                ServerKey fresh = ServerKey.read(files);
                Optional<String> invalid = fresh.invalid();
                if (invalid.isPresent() && key != null) {
                    throw new KeyFault(files.certificate() + ": " + invalid.get());
                }
                invalid.ifPresent(
                        why -> LOG.warn("{}: {}; used none the less", files.certificate(), why));
                LOG.info("{}: in use, for {}", files.certificate(), fresh.names());
                key = fresh;
                fault = "";
                return true;
            } catch (KeyFault e) {
                tell(e);
                return false;
            }
        }

        /** Says it once, not at each look. */
        private void tell(KeyFault e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(fault)) {
                String then =
                        key == null
                                ? "it is left out until this is mended"
                                : "the certificate before it stays in use";
                LOG.error("{}; {}", why, then);
            }
            fault = why;
        }
    }

    /**
     * Reads the files.
     *
     * @param clients judge the certificates of clients; none when they are not asked for one
     */
    Certificates(List<KeyFiles> files, TrustManager... clients) {
        this.clients = clients.clone();
        slots = files.stream().map(Slot::new).toList();
        slots.forEach(Slot::renew);
        publish();
        if (context == null) {
            LOG.error(
                    "Cannot locate cert/key! TLS is not offered; bin/tls_cert makes a certificate");
        }
    }

    /** Reads files anew that have changed. */
    synchronized void look() {
        boolean changed = false;
        for (Slot slot : slots) {
            changed |= slot.isDue() && slot.renew();
        }
        if (changed) {
            publish();
        }
    }

    private void publish() {
        List<ServerKey> keys = new ArrayList<>();
        for (Slot slot : slots) {
            ServerKey key = slot.key;
            if (key != null) {
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            return;
        }
        try {
            SSLContext fresh = SSLContext.getInstance("TLS");
            fresh.init(new KeyManager[] {new KeyChoice(keys)}, clients, null);
            SSLSessionContext sessions = fresh.getServerSessionContext();
            sessions.setSessionCacheSize(SESSIONS);
            sessions.setSessionTimeout(SESSION_SECONDS);
            context = fresh;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    /** What connections are encrypted with; absent when no certificate can be used. */
    Optional<SSLContext> context() {
        return Optional.ofNullable(context);
    }
}
