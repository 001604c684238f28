package org.qpsmtpd.api.log;

import java.time.Instant;

/**
 * A session at the moment when something happened in it.
 *
 * @param time when it happened
 * @param connectionId the connection's id, as in the log
 * @param remoteIp the client's address
 * @param remoteHost the client's name, {@code Unknown} when it has none
 * @param helloHost the name it gave in HELO or EHLO; empty before
 * @param authUser the user of a successful AUTH; empty without
 * @param tls the version of TLS, such as {@code TLSv1.3}; empty on a connection in clear
 */
public record SessionMoment(
        Instant time,
        String connectionId,
        String remoteIp,
        String remoteHost,
        String helloHost,
        String authUser,
        String tls) {}
