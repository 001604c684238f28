package org.qpsmtpd.smtpclient;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.qpsmtpd.api.net.Dialer;

/**
 * A connection to the next hop. One thread at a time uses it; {@link #closeIfLate} is for another
 * one, which thereby bounds writes and reads.
 */
final class HopConnection {
    private static final int BUFFER = 16 * 1024;
    private static final int MAX_WRITE = 64 * 1024;

    private final NextHop hop;
    private final Socket transport;
    private Socket socket;
    private ReplyReader replies;
    private OutputStream out;
    private Extensions extensions = Extensions.NONE;
    private int messages;
    private boolean endSent;
    private boolean verified;
    private long idleSince;
    private volatile boolean busy = true;
    private volatile long due;
    private volatile boolean writing;
    private volatile long writeDue;
    private volatile boolean reading;
    private volatile long readDue;
    private volatile boolean late;

    private HopConnection(NextHop hop, Socket transport, long due) throws IOException {
        this.hop = hop;
        this.transport = transport;
        this.due = due;
        this.socket = transport;
        this.replies = new ReplyReader(transport.getInputStream(), new Reading());
        this.out = new BufferedOutputStream(new Watched(transport.getOutputStream()), BUFFER);
    }

    /**
     * Connects to the first address of the next hop that answers.
     *
     * @param due when the message must be done with, in the terms of {@link System#nanoTime}
     */
    static HopConnection connect(NextHop hop, long due) throws NextHopException {
        long left = Math.min(millisTo(due), hop.timeout().toMillis());
        if (left <= 0) {
            throw tooLate();
        }
        try {
            // With a channel, which can be asked for the end of the connection without waiting.
            Duration limit = Duration.ofMillis(left);
            Socket socket =
                    hop.isSocket()
                            ? new ChannelSocket(Dialer.channel(Path.of(hop.host()), limit))
                            : Dialer.channel(hop.host(), hop.port(), limit).socket();
            socket.setTcpNoDelay(true);
            return new HopConnection(hop, socket, due);
        } catch (UnknownHostException e) {
            throw new NextHopException("the address of the next hop is not known", "4.4.3", e);
        } catch (IOException e) {
            throw new NextHopException("cannot connect to the next hop", "4.4.1", e);
        }
    }

    /** What was offered last. */
    Extensions extensions() {
        return extensions;
    }

    /**
     * REQUIRETLS counts only from one who is known to be the right one (RFC 8689 section 4.2.1).
     */
    void setExtensions(Extensions offered) {
        extensions = verified ? offered : offered.without("REQUIRETLS");
    }

    /** Messages begun on this connection. */
    int messages() {
        return messages;
    }

    /** Whether the end of the current message may have reached the next hop. */
    boolean isEndSent() {
        return endSent;
    }

    /** Says that what is written next may be the end of the message. */
    void setEndSent() {
        endSent = true;
    }

    boolean isOpen() {
        return !transport.isClosed();
    }

    /** Our address on this connection. */
    InetAddress localAddress() {
        return transport.getLocalAddress();
    }

    /** A further message begins. */
    void begin(long messageDue) {
        endSent = false;
        due = messageDue;
        busy = true;
    }

    void countMessage() {
        messages++;
    }

    /** The message is done with, the connection is kept. */
    void rest(long now) {
        busy = false;
        idleSince = now;
    }

    boolean isIdleFor(Duration time, long now) {
        return now - idleSince > time.toNanos();
    }

    /** Whether the next hop neither closed the connection nor said anything unasked. */
    boolean isQuiet() {
        try {
            return !replies.hasPending() && isSilent(transport.getChannel());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isSilent(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        boolean silent = channel.read(ByteBuffer.allocate(1)) == 0;
        channel.configureBlocking(true);
        return silent;
    }

    /**
     * Sends a command and reads its reply.
     *
     * @param line without line end
     */
    HopReply command(String line) throws NextHopException {
        send(line);
        flush();
        return readReply();
    }

    /**
     * Puts a command into the buffer.
     *
     * @throws IllegalArgumentException when it would be more than one line, whatever was checked
     *     before
     */
    void send(String line) throws NextHopException {
        if (!Envelope.isSafe(line)) {
            throw new IllegalArgumentException("control character in a command");
        }
        try {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Puts octets into the buffer. */
    void write(byte[] octets) throws NextHopException {
        try {
            out.write(octets);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    void flush() throws NextHopException {
        try {
            out.flush();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Where the message goes. Its exceptions are {@link NextHopException}. */
    OutputStream data() {
        return out;
    }

    /**
     * Reads the replies to the end of the message, waiting as long as the message may take in all.
     *
     * @param count of the replies: one in SMTP, one for each recipient in LMTP
     */
    List<HopReply> readEnds(int count) throws NextHopException {
        flush();
        List<HopReply> ends = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ends.add(readReply(due));
        }
        return ends;
    }

    /**
     * Reads a reply.
     *
     * @throws NextHopException also for 421, after which nothing can follow
     */
    HopReply readReply() throws NextHopException {
        long stepDue = System.nanoTime() + hop.timeout().toNanos();
        return readReply(stepDue - due < 0 ? stepDue : due);
    }

    private HopReply readReply(long replyDue) throws NextHopException {
        HopReply reply;
        try {
            reply = replies.read(replyDue);
        } catch (IOException e) {
            throw lost(e);
        }
        if (reply.code() == 421) {
            throw new NextHopException(
                    "the next hop closes the connection: " + reply.shown(), "4.4.2", null);
        }
        return reply;
    }

    /**
     * Starts TLS after the next hop's 220.
     *
     * @throws NextHopException when something followed the 220 in clear, which could be taken for
     *     replies sent under TLS
     */
    void startTls(TlsPlan plan) throws NextHopException {
        try {
            if (replies.hasPending() || transport.getInputStream().available() > 0) {
                throw new NextHopException("the next hop sent more than a reply to STARTTLS");
            }
            SSLSocket tls =
                    (SSLSocket)
                            plan.sockets().createSocket(transport, hop.host(), hop.port(), true);
            if (plan.isVerified()) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
            }
            tls.setSoTimeout((int) hop.timeout().toMillis());
            tls.startHandshake();
            verified = plan.isVerified();
            socket = tls;
            tls.setSoTimeout(0);
            replies = new ReplyReader(tls.getInputStream(), new Reading());
            out = new BufferedOutputStream(new Watched(tls.getOutputStream()), BUFFER);
        } catch (NextHopException e) {
            throw e;
        } catch (IOException e) {
            throw new NextHopException.Tls(e);
        }
    }

    /** Closes the connection when a write, a read or the whole message has taken too long. */
    void closeIfLate(long now) {
        boolean tooLate =
                (busy && now - due > 0)
                        || (writing && now - writeDue > 0)
                        || (reading && now - readDue > 0);
        if (tooLate) {
            late = true;
            close();
        }
    }

    /** Drops the envelope that was begun; closes when that cannot be done. */
    void reset() {
        try {
            if (command("RSET").isPositive()) {
                return;
            }
        } catch (NextHopException e) {
            // Closed below.
        }
        close();
    }

    /** Says QUIT without waiting for the answer, and closes. */
    void quit() {
        if (!isOpen()) {
            return;
        }
        try {
            send("QUIT");
            flush();
            if (socket instanceof SSLSocket) {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            // The next hop has gone before: that is what was wanted.
        } finally {
            close();
        }
    }

    /** Closes at once, even while another thread reads or writes. */
    void close() {
        close(transport);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was left to be done with it.
        }
    }

    private NextHopException lost(IOException e) {
        if (late || e instanceof SocketTimeoutException) {
            return tooLate();
        }
        return e instanceof NextHopException known
                ? known
                : new NextHopException("the connection to the next hop was lost", "4.4.2", e);
    }

    private static NextHopException tooLate() {
        return new NextHopException("the next hop did not answer in time", "4.4.1", null);
    }

    private static long millisTo(long due) {
        return TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime());
    }

    /** Notes until when it may read. */
    private final class Reading implements ReplyReader.Watch {
        @Override
        public void begin(long limit) {
            readDue = limit;
            reading = true;
        }

        @Override
        public void end() {
            reading = false;
        }
    }

    /** Notes since when it writes. */
    private final class Watched extends OutputStream {
        private final OutputStream wire;

        Watched(OutputStream wire) {
            this.wire = wire;
        }

        @Override
        public void write(int octet) throws NextHopException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws NextHopException {
            try {
                for (int done = 0; done < length; done += MAX_WRITE) {
                    writeDue = System.nanoTime() + hop.timeout().toNanos();
                    writing = true;
                    wire.write(octets, offset + done, Math.min(MAX_WRITE, length - done));
                }
            } catch (IOException e) {
                throw lost(e);
            } finally {
                writing = false;
            }
        }

        @Override
        public void flush() throws NextHopException {
            try {
                wire.flush();
            } catch (IOException e) {
                throw lost(e);
            }
        }
    }
}
