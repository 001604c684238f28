package org.qpsmtpd.itest.process;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses of this host alone. */
final class Loopback {
    private Loopback() {}

    /** The address 127.0.0.LAST. */
    static InetAddress v4(int last) {
        return of(new byte[] {127, 0, 0, (byte) last});
    }

    /** The address 127.0.THIRD.LAST, as that of a client. */
    static InetAddress client(int third, int last) {
        return of(new byte[] {127, 0, (byte) third, (byte) last});
    }

    static InetSocketAddress v4(int last, int port) {
        return new InetSocketAddress(v4(last), port);
    }

    static InetSocketAddress v6(int port) {
        byte[] octets = new byte[16];
        octets[15] = 1;
        return new InetSocketAddress(of(octets), port);
    }

    private static InetAddress of(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only when the number of octets is wrong
        }
    }
}
