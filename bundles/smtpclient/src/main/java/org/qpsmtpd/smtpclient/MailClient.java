package org.qpsmtpd.smtpclient;

import java.net.InetAddress;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;

/**
 * The client that a message came from, as far as a next hop is told of it, and who we are.
 *
 * @param ownName our own name for EHLO; empty when there is none
 * @param address the client's address
 * @param ip the same as text: dotted quad, or IPv6 in RFC 5952 form
 * @param port its port; 0 when not known
 * @param host its host name; {@code Unknown} when there is none
 * @param helloHost the name it gave in HELO or EHLO; empty when it gave none
 * @param isExtended whether it speaks ESMTP
 */
public record MailClient(
        String ownName,
        InetAddress address,
        String ip,
        int port,
        String host,
        String helloHost,
        boolean isExtended) {
    /** The client of a connection. */
    public static MailClient of(Connection connection) {
        Hello hello = connection.hello();
        return new MailClient(
                connection.config().value("me").orElse(""),
                connection.remoteAddress(),
                connection.remoteIp(),
                connection.remotePort(),
                connection.remoteHost(),
                connection.helloHost(),
                hello.isExtended());
    }
}
