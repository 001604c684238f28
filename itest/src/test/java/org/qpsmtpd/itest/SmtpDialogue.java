package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the octets it is told to and judges each reply. It does not know the
 * protocol beyond the shape of replies, so it can break every rule. Each wait ends after {@link
 * Waiting#LIMIT}. Failures show the dialogue so far.
 *
 * <pre>{@code
 * try (SmtpDialogue smtp = SmtpDialogue.to(server.port())) {   // or server.connect()
 *     smtp.expect(220);
 *     smtp.send("EHLO client.test");                           // adds CRLF
 *     smtp.expect(250);
 *     smtp.command("MAIL FROM:<a@b.test>");                    // SmtpReply: code, enhanced, lines
 *     smtp.sendBytes(octets);                                  // adds nothing
 *     smtp.expect(503, "5.5.1", "RCPT first");                 // code, enhanced code, whole text
 *     smtp.expectClosed();                                     // end of stream, nothing before it
 * }
 * }</pre>
 */
public final class SmtpDialogue implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final StringBuilder transcript = new StringBuilder();

    private SmtpDialogue(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Waiting.LIMIT.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects to a port of 127.0.0.1. */
    public static SmtpDialogue to(int port) {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Connects to an address. */
    public static SmtpDialogue to(InetSocketAddress address) {
        return from(null, address);
    }

    /**
     * Connects from one of our addresses.
     *
     * @param local for example {@code 127.0.0.2}; null for the one the system chooses
     */
    public static SmtpDialogue from(@Nullable InetAddress local, InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            if (local != null) {
                socket.bind(new InetSocketAddress(local, 0));
            }
            socket.connect(address, (int) Waiting.LIMIT.toMillis());
            return new SmtpDialogue(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + address, e);
        }
    }

    /** Sends text in UTF-8, and CRLF. */
    public SmtpDialogue send(String line) {
        return sendBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends octets in one write. */
    public SmtpDialogue sendBytes(byte[] octets) {
        note("C: ", octets);
        try {
            socket.getOutputStream().write(octets);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw failure("cannot send", e);
        }
        return this;
    }

    /** Sends text as it is, one octet a character. */
    public SmtpDialogue sendText(String text) {
        return sendBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a line and reads the reply. */
    public SmtpReply command(String line) {
        return send(line).read();
    }

    /** Says that nothing more will be sent. */
    public SmtpDialogue shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw failure("cannot shut down", e);
        }
        return this;
    }

    /**
     * Waits until the server has read all that was sent, so that what is sent next comes in another
     * read. Asks the kernel how much the server's end of the connection has not read yet.
     */
    public SmtpDialogue awaitRead() {
        String server = hexPort(socket.getPort());
        String client = hexPort(socket.getLocalPort());
        long deadline = System.nanoTime() + Waiting.LIMIT.toNanos();
        while (unread(server, client)) {
            if (System.nanoTime() - deadline > 0) {
                throw failure("not read by the server", null);
            }
            Thread.onSpinWait();
        }
        return this;
    }

    private static String hexPort(int port) {
        return String.format(":%04X", port);
    }

    /** Lines are: number, local address, remote address, state, send queue ":" receive queue. */
    private boolean unread(String server, String client) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.map(line -> line.strip().split(" +"))
                    .filter(line -> line.length > 4)
                    .anyMatch(line -> isUnread(line, server, client));
        } catch (IOException e) {
            throw failure("cannot ask the kernel", e);
        }
    }

    private static boolean isUnread(String[] line, String server, String client) {
        boolean theirs = line[1].endsWith(server) && line[2].endsWith(client);
        boolean ours = line[1].endsWith(client) && line[2].endsWith(server);
        return (theirs && !line[4].endsWith(":00000000"))
                || (ours && !line[4].startsWith("00000000:"));
    }

    /** Reads the greeting and says EHLO. */
    public SmtpReply hello() {
        expect(220);
        send("EHLO client.test");
        return expect(250);
    }

    /** Sends MAIL and RCPT, both accepted. */
    public SmtpDialogue envelope(String sender, String... recipients) {
        send("MAIL FROM:<" + sender + ">");
        expect(250);
        for (String recipient : recipients) {
            send("RCPT TO:<" + recipient + ">");
            expect(250);
        }
        return this;
    }

    /**
     * Sends DATA, the message with its dots doubled, and the end.
     *
     * @param message lines that end in CRLF
     * @return the reply to the end
     */
    public SmtpReply data(byte[] message) {
        send("DATA");
        expect(354);
        sendBytes(stuffed(message));
        return read();
    }

    /** A message with its dots doubled, and the end of data. */
    static byte[] stuffed(byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + 64);
        boolean atStart = true;
        for (byte octet : message) {
            if (atStart && octet == '.') {
                out.write('.');
            }
            out.write(octet);
            atStart = octet == '\n';
        }
        String end = atStart ? ".\r\n" : "\r\n.\r\n";
        out.writeBytes(end.getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    /** Reads a reply, whatever it is. */
    public SmtpReply read() {
        List<String> lines = new ArrayList<>();
        String line = line();
        String code = shape(line);
        lines.add(line.substring(4));
        while (line.charAt(3) == '-') {
            line = line();
            if (!shape(line).equals(code)) {
                throw failure("a reply with two codes", null);
            }
            lines.add(line.substring(4));
        }
        return new SmtpReply(Integer.parseInt(code), lines);
    }

    private String shape(String line) {
        if (!line.matches("[2-5][0-9][0-9][ -].*")) {
            throw failure("not a reply: '" + line + "'", null);
        }
        return line.substring(0, 3);
    }

    private String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        try {
            int octet = in.read();
            while (octet >= 0 && octet != '\n') {
                line.write(octet);
                octet = in.read();
            }
            String text = line.toString(StandardCharsets.UTF_8);
            transcript.append("S: ").append(text.stripTrailing()).append('\n');
            if (octet < 0) {
                throw failure("closed by the server", null);
            }
            if (!text.endsWith("\r") || text.indexOf('\r') != text.length() - 1) {
                throw failure("a reply line that does not end in CRLF", null);
            }
            return text.substring(0, text.length() - 1);
        } catch (IOException e) {
            throw failure("no reply", e);
        }
    }

    /** Reads a reply, which must have this code. */
    public SmtpReply expect(int code) {
        SmtpReply reply = read();
        assertThat(reply.code()).as("code of the last reply in:\n%s", transcript).isEqualTo(code);
        return reply;
    }

    /** Reads a reply, which must have these codes; "" for no enhanced code. */
    public SmtpReply expect(int code, String enhanced) {
        SmtpReply reply = expect(code);
        assertThat(reply.enhanced())
                .as("enhanced code of the last reply in:\n%s", transcript)
                .isEqualTo(enhanced);
        return reply;
    }

    /** Reads a reply, which must have these codes and this text, its lines joined by LF. */
    public SmtpReply expect(int code, String enhanced, String text) {
        SmtpReply reply = expect(code, enhanced);
        assertThat(reply.text()).as("text of the last reply in:\n%s", transcript).isEqualTo(text);
        return reply;
    }

    /** The server must close the connection, without another word. */
    public void expectClosed() {
        String rest = rest();
        assertThat(rest).as("what came instead of the end, in:\n%s", transcript).isEmpty();
    }

    /**
     * Nothing but what was read so far may have been said: our side is closed, and the server must
     * follow without another word.
     */
    public void expectNothingMore() {
        shutdownOutput();
        expectClosed();
    }

    /** Reads until the server closes the connection. */
    public String rest() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (SocketException e) {
            transcript.append("[").append(e.getMessage()).append("]\n"); // a reset is an end too
        } catch (IOException e) {
            throw failure("not closed by the server", e);
        }
        return rest.toString(StandardCharsets.UTF_8);
    }

    /** The dialogue so far. */
    public String transcript() {
        return transcript.toString();
    }

    private void note(String who, byte[] octets) {
        int shown = Math.min(octets.length, 300);
        String text = new String(octets, 0, shown, StandardCharsets.UTF_8);
        String visible = text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
        String more = octets.length > shown ? "... " + octets.length + " octets" : "";
        transcript.append(who).append(visible).append(more).append('\n');
    }

    private AssertionError failure(String what, @Nullable Exception cause) {
        return new AssertionError(what + ", in:\n" + transcript, cause);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw failure("cannot close", e);
        }
    }
}
