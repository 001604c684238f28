package org.qpsmtpd.bench;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A blocking client connection that checks the code of every reply. */
final class SmtpConnection implements Closeable {
    private static final ByteBuffer EHLO = command("EHLO client.example.com");
    private static final ByteBuffer MAIL = command("MAIL FROM:<sender@example.com>");
    private static final ByteBuffer RCPT = command("RCPT TO:<someone@example.com>");
    private static final ByteBuffer DATA = command("DATA");
    private static final ByteBuffer NOOP = command("NOOP");
    private static final ByteBuffer QUIT = command("QUIT");
    private static final ByteBuffer ENVELOPE =
            command("MAIL FROM:<sender@example.com>\r\nRCPT TO:<someone@example.com>\r\nDATA");

    private final SocketChannel channel;
    private final byte[] octets = new byte[4096];
    private final ByteBuffer input = ByteBuffer.wrap(octets).limit(0);
    private int lineStart;
    private int lineEnd;

    /**
     * Wraps a channel that {@link #connect} then connects, so that a watchdog can hold it first.
     */
    SmtpConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** The bytes of a command line; CRLF is added. */
    static ByteBuffer command(String line) {
        byte[] octets = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(octets.length).put(octets).flip().asReadOnlyBuffer();
    }

    /**
     * Connects from a visitor's address, and says EHLO.
     *
     * @param told whether the PROXY protocol says where the visitor is from
     */
    void visit(int port, Visitor visitor, boolean told) throws IOException {
        if (told) {
            open(port);
            send(visitor.proxied());
            expect(220, "the banner");
        } else {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(visitor.address());
            connect(port);
        }
        send(visitor.hello(told));
        expect(250, "EHLO");
    }

    /** Connects and reads the banner. */
    void connect(int port) throws IOException {
        open(port);
        expect(220, "the banner");
    }

    private void open(int port) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress("127.0.0.1", port));
    }

    void hello() throws IOException {
        send(EHLO.duplicate());
        expect(250, "EHLO");
    }

    /** Sends one message, each command after the reply to the one before. */
    void sendMessage(Message message) throws IOException {
        send(MAIL.duplicate());
        expect(250, "MAIL");
        sendRest(message);
    }

    /** Sends one message of a visitor; one that is put off at MAIL for now comes again at once. */
    void sendMessage(Message message, Visitor visitor) throws IOException {
        send(visitor.mail().duplicate());
        if (read("MAIL") == 450) {
            send(visitor.mail().duplicate());
            read("MAIL");
        }
        check(250, "MAIL");
        sendRest(message);
    }

    private void sendRest(Message message) throws IOException {
        send(RCPT.duplicate());
        expect(250, "RCPT");
        send(DATA.duplicate());
        expect(354, "DATA");
        send(message.withEnd());
        expect(250, "the end of DATA");
    }

    /** Sends one message, MAIL, RCPT and DATA in one write. */
    void sendMessagePipelined(Message message) throws IOException {
        send(ENVELOPE.duplicate());
        expect(250, "MAIL");
        expect(250, "RCPT");
        expect(354, "DATA");
        send(message.withEnd());
        expect(250, "the end of DATA");
    }

    void noop() throws IOException {
        send(NOOP.duplicate());
        expect(250, "NOOP");
    }

    void quit() throws IOException {
        send(QUIT.duplicate());
        expect(221, "QUIT");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void send(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private void expect(int code, String what) throws IOException {
        read(what);
        check(code, what);
    }

    private void check(int code, String what) throws IOException {
        if (lineEnd - lineStart < 5 || code != codeAt(lineStart)) {
            String line =
                    new String(octets, lineStart, lineEnd - lineStart, StandardCharsets.ISO_8859_1);
            throw new IOException(what + " got '" + line.strip() + "', not " + code);
        }
    }

    /** Reads a reply; returns its code, and leaves its last line to {@link #check}. */
    private int read(String what) throws IOException {
        do {
            lineEnd = readLine(what);
            lineStart = input.position();
            input.position(lineEnd);
        } while (lineEnd - lineStart > 3 && octets[lineStart + 3] == '-');
        return codeAt(lineStart);
    }

    /** Reads until a whole line lies at the input's position; returns the index after its end. */
    private int readLine(String what) throws IOException {
        int scanned = input.position();
        while (true) {
            for (int at = scanned; at < input.limit(); at++) {
                if (octets[at] == '\n') {
                    return at + 1;
                }
            }
            scanned = input.limit() - input.position();
            input.compact();
            if (!input.hasRemaining()) {
                throw new IOException("the reply to " + what + " has too long a line");
            }
            int count = channel.read(input);
            input.flip();
            if (count < 0) {
                throw new EOFException("closed by the server instead of a reply to " + what);
            }
        }
    }

    private int codeAt(int at) {
        return (octets[at] - '0') * 100 + (octets[at + 1] - '0') * 10 + octets[at + 2] - '0';
    }
}
