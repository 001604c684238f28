package org.qpsmtpd.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * A client that says what a test tells it to, rightly or wrongly. Each write leaves at once, in
 * packets of its own as far as the operating system allows. A reply that does not come within half
 * a minute is a {@link java.net.SocketTimeoutException}.
 */
public final class SmtpClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private SmtpClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Connects to a port of this machine, and reads nothing yet. */
    public static SmtpClient connect(int port) throws IOException {
        return connect(port, 0);
    }

    /**
     * Connects to a port of this machine, and reads nothing yet.
     *
     * @param receiveBuffer octets the operating system keeps of what was not read; 0 for its own
     *     choice
     */
    public static SmtpClient connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        return new SmtpClient(socket);
    }

    /**
     * Makes the handshake and goes on encrypted; what was read before must be all that came.
     *
     * @param protocol such as {@code TLSv1.3}
     */
    public SmtpClient encrypted(SSLContext context, String protocol) throws IOException {
        SSLSocket encrypted =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "localhost", socket.getPort(), true);
        encrypted.setEnabledProtocols(new String[] {protocol});
        encrypted.setSoTimeout(PATIENCE_MILLIS);
        encrypted.startHandshake();
        return new SmtpClient(encrypted);
    }

    /** Begins a further handshake on an encrypted connection. */
    public void handshakeAgain() throws IOException {
        if (socket instanceof SSLSocket encrypted) {
            try {
                encrypted.startHandshake();
            } catch (SSLException | SocketException e) {
                // the server has refused it
            }
        }
    }

    /** Sends a command line and reads the reply. */
    public SmtpReply send(String command) throws IOException {
        write(command + "\r\n");
        return read();
    }

    /** Sends command lines one after the other and returns the last reply. */
    public SmtpReply sendAll(String... commands) throws IOException {
        SmtpReply last = SmtpReply.CLOSED;
        for (String command : commands) {
            last = send(command);
        }
        return last;
    }

    /**
     * Reads the greeting, says EHLO, MAIL and RCPT for one recipient.
     *
     * @return the reply to RCPT
     */
    public SmtpReply open(String sender, String recipient) throws IOException {
        read();
        return sendAll(
                "EHLO client.test", "MAIL FROM:<" + sender + ">", "RCPT TO:<" + recipient + ">");
    }

    /**
     * Sends DATA and the message, if the server wants it.
     *
     * @param message lines separated by LF; line ends and dots are made right here
     * @return the reply to the message, or to DATA when that is refused
     */
    public SmtpReply data(String message) throws IOException {
        SmtpReply answer = send("DATA");
        if (answer.code() != 354) {
            return answer;
        }
        String text = message.endsWith("\n") ? message : message + "\n";
        String stuffed = ("\n" + text).replace("\n.", "\n..").substring(1);
        write(stuffed.replace("\n", "\r\n") + ".\r\n");
        return read();
    }

    /** Sends octets as they are; characters beyond ASCII as UTF-8. */
    public void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends octets as they are. */
    public void write(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    /** Reads the next reply. */
    public SmtpReply read() throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = readLine();
            if (line.isEmpty()) {
                return SmtpReply.CLOSED;
            }
            if (!line.matches("(?s)[2-5][0-9][0-9][ -].*")) {
                throw new IOException("not a reply: " + line);
            }
            lines.add(line.substring(4));
            if (line.charAt(3) == ' ') {
                return new SmtpReply(Integer.parseInt(line.substring(0, 3)), lines);
            }
        }
    }

    /** A line without its CRLF; empty at the end of the stream. */
    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = next();
        while (octet >= 0) {
            line.write(octet);
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                if (!text.endsWith("\r\n")) {
                    throw new IOException("line end is not CRLF: " + text);
                }
                return text.substring(0, text.length() - 2);
            }
            octet = next();
        }
        return "";
    }

    /** The next octet; -1 at the end, whether the server closed in peace or not. */
    private int next() throws IOException {
        try {
            return in.read();
        } catch (SocketException | SSLException e) {
            return -1;
        }
    }

    /** Reads everything the server still says until it closes the connection. */
    public String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int octet = next(); octet >= 0; octet = next()) {
            all.write(octet);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Whether something to read is there or the server has closed, without waiting. */
    public boolean hasInput() throws IOException {
        return in.available() > 0;
    }

    /** Says that nothing more will be sent, and goes on reading. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Breaks the connection off so that the server's next write fails. */
    public void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
