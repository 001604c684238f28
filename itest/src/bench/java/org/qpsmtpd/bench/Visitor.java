package org.qpsmtpd.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client with an address and a sender's domain of its own, one of {@link #COUNT} that come in
 * turn.
 *
 * @param address where it connects from
 * @param hello its EHLO, with the name that its address has in the DNS
 * @param mail its MAIL
 */
record Visitor(InetSocketAddress address, ByteBuffer hello, ByteBuffer mail) {
    /** How many there are. */
    static final int COUNT = 1000;

    private static final int IN_A_NETWORK = 250;
    private static final AtomicInteger NEXT = new AtomicInteger();

    /** The next one. */
    static Visitor next() throws IOException {
        int number = Math.floorMod(NEXT.getAndIncrement(), COUNT);
        int third = number / IN_A_NETWORK;
        int fourth = number % IN_A_NETWORK + 1;
        return new Visitor(
                new InetSocketAddress(
                        InetAddress.getByAddress(
                                new byte[] {127, 1, (byte) third, (byte) fourth}),
                        0),
                SmtpConnection.command("EHLO c-" + third + "-" + fourth + ".clients.test"),
                SmtpConnection.command("MAIL FROM:<sender@d" + number + ".senders.test>"));
    }
}
