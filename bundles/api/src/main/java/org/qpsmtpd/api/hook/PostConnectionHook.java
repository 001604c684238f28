package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

/** Hook {@code post-connection}: last of all, after {@link DisconnectHook}. */
@ConsumerType
@FunctionalInterface
public interface PostConnectionHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     */
    void onPostConnection(Connection connection);
}
