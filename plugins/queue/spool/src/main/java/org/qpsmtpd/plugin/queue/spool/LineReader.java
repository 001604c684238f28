package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.InputStream;

/** Reads the lines at the beginning of a file, and counts their octets. Bounded. */
final class LineReader {
    private static final int LONGEST = 64 * 1024;
    private static final int MOST = 64 * 1024 * 1024;

    private final InputStream in;
    private int count;

    /**
     * @param in buffered; nothing behind the last line that was asked for is taken from it
     */
    LineReader(InputStream in) {
        this.in = in;
    }

    /** Octets of the lines read. */
    int count() {
        return count;
    }

    /** The next line, without its end. */
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = in.read();
            if (octet < 0 || line.length() == LONGEST || count == MOST) {
                throw new IOException("it ends where a line should go on, or has none");
            }
            count++;
            if (octet == '\n') {
                return line.toString();
            }
            line.append((char) octet);
        }
    }

    /** What stands behind the word that the next line must begin with. */
    String next(String word) throws IOException {
        String line = next();
        if (!line.startsWith(word + " ")) {
            throw new IOException("its line '" + word + "' is damaged");
        }
        return line.substring(word.length() + 1);
    }
}
