package org.qpsmtpd.smtpclient;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads replies; line length and number of lines are bounded, and whoever watches the connection
 * closes it when its time is up: a limit at the socket would cost some system calls each time.
 */
final class ReplyReader {
    private static final int MAX_LINE = 2048;
    private static final int MAX_LINES = 200;

    private final InputStream in;
    private final Watch watch;
    private final byte[] buffer = new byte[4096];
    private int position;
    private int limit;

    /** Is told from when until when is read. */
    interface Watch {
        /** Has the connection closed at a moment, in the terms of {@link System#nanoTime}. */
        void begin(long due);

        void end();
    }

    ReplyReader(InputStream in, Watch watch) {
        this.in = in;
        this.watch = watch;
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
        if (due - System.nanoTime() <= 0) {
            throw new SocketTimeoutException();
        }
        int count;
        watch.begin(due);
        try {
            count = in.read(buffer, 0, buffer.length);
        } finally {
            watch.end();
        }
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
