package org.qpsmtpd.core.dialogue;

import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.session.Connection;

/** A TLS plugin that has a certificate, or not, and knows no ports. */
class Keys implements TlsHook {
    private final boolean ready;
    private final boolean implicit;

    Keys(boolean ready, boolean implicit) {
        this.ready = ready;
        this.implicit = implicit;
    }

    @Override
    public boolean isImplicit(int port) {
        return implicit;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public Optional<SSLEngine> newEngine(Connection connection) {
        return ready ? Optional.of(TestKeys.serverEngine()) : Optional.empty();
    }
}
