package org.qpsmtpd.api.session;

import org.osgi.annotation.versioning.ProviderType;

/** What is known of a connection before the server has said anything to it. */
@ProviderType
public interface Admission {
    /** The connection; nothing but its addresses is known yet. */
    Connection connection();

    /**
     * Value of {@code --max-from-ip}: how many connections one address may hold; 0 for no limit.
     */
    int maxFromIp();

    /**
     * How many connections the client's address holds now, or the network of an IPv6 address, this
     * one included; at least 1.
     */
    int connectionsFromIp();
}
