package org.qpsmtpd.api.session;

import org.osgi.annotation.versioning.ConsumerType;

/** Follows the body of a message while it arrives; see {@link Transaction#followBody}. */
@ConsumerType
@FunctionalInterface
public interface BodyFollower {
    /**
     * Takes the next octets. Called on the connection's own thread, which it must not hold up: it
     * may compute something of the octets, and waits for nothing.
     *
     * @param octets an array that has them; not to be changed, nor kept when this returns
     * @param from where they begin
     * @param count how many there are, from 1
     */
    void take(byte[] octets, int from, int count);
}
