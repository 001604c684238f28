package org.qpsmtpd.smtpclient;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads replies; line length, number of lines and time are bounded. */
final class ReplyReader {
    private static final int MAX_LINE = 2048;
    private static final int MAX_LINES = 200;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[4096];
    private int position;
    private int limit;

    ReplyReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Whether octets were received that no reply has used. */
    boolean hasPending() {
        return position < limit;
    }

    /**
     * Reads one reply.
     *
     * @param due when it must be complete, in the terms of {@link System#nanoTime}
     * @throws NextHopException when it is no reply
     * @throws IOException when the connection is lost or the time is up
     */
    HopReply read(long due) throws IOException {
        List<String> texts = new ArrayList<>();
        int code = 0;
        while (texts.size() < MAX_LINES) {
            String line = line(due);
            int thisCode = code(line);
            if (!texts.isEmpty() && thisCode != code) {
                throw malformed();
            }
            code = thisCode;
            texts.add(line.length() > 4 ? line.substring(4) : "");
            if (line.length() == 3 || line.charAt(3) == ' ') {
                return new HopReply(code, List.copyOf(texts));
            }
        }
        throw new NextHopException("the reply of the next hop has too many lines");
    }

    private static int code(String line) throws NextHopException {
        if (line.length() < 3 || (line.length() > 3 && " -".indexOf(line.charAt(3)) < 0)) {
            throw malformed();
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw malformed();
            }
            code = 10 * code + digit;
        }
        if (code < 200 || code > 599) {
            throw malformed();
        }
        return code;
    }

    /** A line without its end; what is not printable ASCII becomes a question mark. */
    private String line(long due) throws IOException {
        StringBuilder line = new StringBuilder(80);
        while (true) {
            if (position == limit) {
                fill(due);
            }
            byte octet = buffer[position++];
            if (octet == '\n') {
                return line.toString();
            }
            if (line.length() == MAX_LINE) {
                throw new NextHopException("the reply of the next hop has a line too long");
            }
            if (octet != '\r') {
                line.append(octet == '\t' ? ' ' : octet < 32 || octet == 127 ? '?' : (char) octet);
            }
        }
    }

    private void fill(long due) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        int count = in.read(buffer, 0, buffer.length);
        if (count < 0) {
            throw new EOFException("closed by the next hop");
        }
        position = 0;
        limit = count;
    }

    private static NextHopException malformed() {
        return new NextHopException("the reply of the next hop is malformed");
    }
}
