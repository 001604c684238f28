package org.qpsmtpd.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One question about a message to a scanner that speaks HTTP, on a connection of its own. */
final class HttpCheck {
    private static final String PASSED = "R_DKIM_ALLOW";

    private HttpCheck() {}

    /** Asks; fails unless the signature was found to be good. */
    static void run(SocketChannel channel, int port, Visitor visitor, Message message)
            throws IOException {
        channel.connect(new InetSocketAddress("127.0.0.1", port));
        byte[] octets = message.octets();
        String head =
                """
                POST /checkv2 HTTP/1.1
                Host: localhost
                Connection: close
                IP: %s
                Helo: %s
                From: %s
                Rcpt: someone@example.com
                Content-Length: %d

                """
                        .replace("\n", "\r\n")
                        .formatted(
                                visitor.elsewhere(),
                                visitor.name(true),
                                visitor.sender(),
                                octets.length);
        byte[] question = new byte[head.length() + octets.length];
        System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, question, 0, head.length());
        System.arraycopy(octets, 0, question, head.length(), octets.length);
        ByteBuffer out = ByteBuffer.wrap(question);
        while (out.hasRemaining()) {
            channel.write(out);
        }
        String answer = rest(channel);
        if (!answer.startsWith("HTTP/1.1 200 ") || !answer.contains(PASSED)) {
            throw new IOException("the scanner says " + answer);
        }
    }

    private static String rest(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(8192);
        while (channel.read(some) >= 0) {
            all.write(some.array(), 0, some.position());
            some.clear();
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
