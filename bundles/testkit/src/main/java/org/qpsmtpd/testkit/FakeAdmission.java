package org.qpsmtpd.testkit;

import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;

/**
 * What is known of a connection before the greeting.
 *
 * @param connection the connection
 * @param maxFromIp how many connections one address may hold; 0 for no limit
 * @param connectionsFromIp how many the client's address holds, this one included
 */
public record FakeAdmission(Connection connection, int maxFromIp, int connectionsFromIp)
        implements Admission {
    /** Checks the numbers. */
    public FakeAdmission {
        if (maxFromIp < 0 || connectionsFromIp < 1) {
            throw new IllegalArgumentException(
                    "limit " + maxFromIp + " with " + connectionsFromIp + " connections");
        }
    }
}
