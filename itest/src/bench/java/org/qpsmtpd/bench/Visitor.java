package org.qpsmtpd.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client with an address and a sender's domain of its own, one of {@link #COUNT} that come in
 * turn: from loopback, or as the PROXY protocol has it from a network for benchmarks (RFC 2544).
 *
 * @param third of the four numbers of its address
 * @param fourth of the four numbers of its address
 * @param sender its address of mail
 * @param mail its MAIL
 */
record Visitor(int third, int fourth, String sender, ByteBuffer mail) {
    /** How many there are. */
    static final int COUNT = 1000;

    private static final int IN_A_NETWORK = 250;
    private static final AtomicInteger NEXT = new AtomicInteger();

    /** The next one. */
    static Visitor next() {
        int number = Math.floorMod(NEXT.getAndIncrement(), COUNT);
        String sender = "sender@d" + number + ".senders.test";
        return new Visitor(
                number / IN_A_NETWORK,
                number % IN_A_NETWORK + 1,
                sender,
                SmtpConnection.command("MAIL FROM:<" + sender + ">"));
    }

    /** Where it connects from on loopback. */
    InetSocketAddress address() throws IOException {
        byte[] octets = {127, 1, (byte) third, (byte) fourth};
        return new InetSocketAddress(InetAddress.getByAddress(octets), 0);
    }

    /** Where it is from elsewhere, in a line of the PROXY protocol. */
    ByteBuffer proxied() {
        return SmtpConnection.command("PROXY TCP4 " + elsewhere() + " 192.0.2.25 40000 25");
    }

    /** Its address elsewhere. */
    String elsewhere() {
        return "198.18." + third + "." + fourth;
    }

    /** Its EHLO, with the name that its address has in the DNS. */
    ByteBuffer hello(boolean elsewhere) {
        return SmtpConnection.command("EHLO " + name(elsewhere));
    }

    /** The name that its address has in the DNS. */
    String name(boolean elsewhere) {
        return (elsewhere ? "p-" : "c-") + third + "-" + fourth + ".clients.test";
    }
}
