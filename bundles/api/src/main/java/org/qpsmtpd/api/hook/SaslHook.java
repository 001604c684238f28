package org.qpsmtpd.api.hook;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.session.Connection;

/**
 * Brings mechanisms of authentication, such as those of another server. It is none of the hooks
 * that are asked in turn: all plugins that implement it are, when mechanisms are offered and when
 * AUTH is said. A mechanism takes the place of the server's own of the same name; of several the
 * first in {@code config/plugins} counts.
 */
@ConsumerType
@FunctionalInterface
public interface SaslHook {
    /**
     * The mechanisms that this client may use now. Called on the connection's own thread; does not
     * wait.
     */
    List<SaslMechanism> mechanisms(Connection connection);
}
