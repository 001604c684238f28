package org.qpsmtpd.api.auth;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to authenticate (RFC 4422). The server has the usual ones itself; a plugin brings others by
 * the hook {@code SaslHook}. Used by several connections at once.
 */
@ConsumerType
public interface SaslMechanism {
    /** Name, 1 to 20 upper-case letters, digits, hyphens and underscores. */
    String name();

    /**
     * Begins an exchange with a client. Does not wait.
     *
     * @param context what may be asked of the server
     */
    SaslExchange begin(SaslContext context);
}
