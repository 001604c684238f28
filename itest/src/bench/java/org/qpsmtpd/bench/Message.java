package org.qpsmtpd.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A message of an exact size with CRLF line ends, and the line with the dot that ends it. */
final class Message {
    static final int SMALL = 4 * 1024;
    static final int LARGE = 10_000_000;

    private static final String EMPTY_LINE = "\r\n\r\n";
    private static final String DOT_LINE = ".\r\n";
    private static final String LINE =
            "The quick brown fox jumps over the lazy dog, and then it does so again.\r\n";

    private final String text;
    private final ByteBuffer withEnd;

    private Message(String text) {
        this.text = text;
        byte[] octets = (text + DOT_LINE).getBytes(StandardCharsets.US_ASCII);
        withEnd = ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    }

    /**
     * Makes a message.
     *
     * @param size octets of header and body, without the ending dot line
     */
    Message(int size) {
        this(text("sender@example.com", size));
    }

    /** Makes a message with another author. */
    static Message from(String author, int size) {
        return new Message(text(author, size));
    }

    private static String text(String author, int size) {
        StringBuilder text = new StringBuilder(size).append(header(author));
        while (size - text.length() >= 2 * LINE.length()) {
            text.append(LINE);
        }
        text.append("x".repeat(size - 2 - text.length())).append("\r\n");
        return text.toString();
    }

    private static String header(String author) {
        return "From: Sender <"
                + author
                + ">\r\n"
                + "To: Someone <someone@example.com>\r\n"
                + "Subject: a message of the benchmark\r\n"
                + "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                + "Message-ID: <bench@client.example.com>\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=us-ascii"
                + EMPTY_LINE;
    }

    /** The same with fields before it. */
    Message behind(String fields) {
        return new Message(fields + text);
    }

    int size() {
        return text.length();
    }

    /** What is behind the empty line. */
    String body() {
        return text.substring(text.indexOf(EMPTY_LINE) + EMPTY_LINE.length());
    }

    /** The value of the first field of a name, but for one before it. */
    String field(String name) {
        int start = ("\r\n" + text).indexOf("\r\n" + name + ": ") + name.length() + 2;
        return text.substring(start, text.indexOf("\r\n", start));
    }

    /** Header and body. */
    byte[] octets() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The octets to send after 354; every call gives a view of its own. */
    ByteBuffer withEnd() {
        return withEnd.duplicate();
    }
}
