package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

/** Hook {@code disconnect}: the connection ends, for whatever reason. */
@ConsumerType
@FunctionalInterface
public interface DisconnectHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection; nothing can be sent any more
     */
    void onDisconnect(Connection connection);
}
