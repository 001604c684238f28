package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import org.qpsmtpd.api.session.Connection;

/** What is told of a client before its first message, also later and to another backend. */
final class Facts {
    private final Macros macros;
    private final byte[] connect;
    private final String hello;

    private Facts(Macros macros, byte[] connect, String hello) {
        this.macros = macros;
        this.connect = connect;
        this.hello = hello;
    }

    Macros macros() {
        return macros;
    }

    /** Data of the packet that tells of the connection. */
    byte[] connect() {
        return connect;
    }

    /** The client's name by HELO or EHLO; empty before. */
    String hello() {
        return hello;
    }

    static Facts of(Connection connection, String daemonName) {
        ByteArrayOutputStream connect = new ByteArrayOutputStream();
        connect.writeBytes(Packet.texts(Macros.clientName(connection)));
        boolean isFour = connection.remoteAddress() instanceof Inet4Address;
        connect.write(isFour ? '4' : '6');
        int port = connection.remotePort();
        connect.writeBytes(ByteBuffer.allocate(Short.BYTES).putShort((short) port).array());
        connect.writeBytes(connection.remoteIp().getBytes(UTF_8));
        connect.write(0);
        return new Facts(
                Macros.of(connection, daemonName), connect.toByteArray(), connection.helloHost());
    }
}
