package org.qpsmtpd.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A message of an exact size with CRLF line ends, and the line with the dot that ends it. */
final class Message {
    static final int SMALL = 4 * 1024;
    static final int LARGE = 10_000_000;

    private static final String HEADER =
            "From: Sender <sender@example.com>\r\n"
                    + "To: Someone <someone@example.com>\r\n"
                    + "Subject: a message of the benchmark\r\n"
                    + "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                    + "Message-ID: <bench@client.example.com>\r\n"
                    + "MIME-Version: 1.0\r\n"
                    + "Content-Type: text/plain; charset=us-ascii\r\n"
                    + "\r\n";
    private static final String LINE =
            "The quick brown fox jumps over the lazy dog, and then it does so again.\r\n";

    private final int size;
    private final ByteBuffer withEnd;

    /**
     * Makes a message.
     *
     * @param size octets of header and body, without the ending dot line
     */
    Message(int size) {
        this.size = size;
        byte[] octets = new byte[size + 3];
        int at = copy(HEADER, octets, 0);
        while (size - at >= 2 * LINE.length()) {
            at = copy(LINE, octets, at);
        }
        while (at < size - 2) {
            octets[at++] = 'x';
        }
        copy("\r\n.\r\n", octets, at);
        withEnd = ByteBuffer.allocateDirect(octets.length);
        withEnd.put(octets).flip();
    }

    int size() {
        return size;
    }

    /** The octets to send after 354; every call gives a view of its own. */
    ByteBuffer withEnd() {
        return withEnd.duplicate();
    }

    private static int copy(String text, byte[] to, int at) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octets, 0, to, at, octets.length);
        return at + octets.length;
    }
}
