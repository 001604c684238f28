package org.qpsmtpd.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a dump as {@code db_dump} writes it, with and without {@code -p}, or lines of key, tab and
 * value.
 */
final class DumpReader {
    private static final String VERSION = "VERSION=";
    private static final String HEADER_END = "HEADER=END";
    private static final String DATA_END = "DATA=END";

    /** Longer than any line of a dump whose key and value a store takes. */
    private static final int LONGEST_LINE = 1 << 18;

    private final Path file;
    private final InputStream in;
    private final Taker taker;
    private long line;

    /** Is given each key and value. */
    interface Taker {
        void take(String key, String value) throws IOException, InterruptedException;
    }

    private DumpReader(Path file, InputStream in, Taker taker) {
        this.file = file;
        this.in = in;
        this.taker = taker;
    }

    /**
     * Reads a file to its end.
     *
     * @throws IOException when it cannot be read or understood; the message says where
     */
    static void read(Path file, Taker taker) throws IOException, InterruptedException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not there, or is no file");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            new DumpReader(file, in, taker).read();
        }
    }

    private void read() throws IOException, InterruptedException {
        String first = next();
        if (first.startsWith(VERSION)) {
            readDump(isPrinted(first));
            return;
        }
        for (String each = first; !each.isEmpty(); each = next()) {
            String text = content(each);
            int tab = text.indexOf('\t');
            if (tab < 0) {
                throw fault("there is no tab between key and value, and this is no db_dump");
            }
            taker.take(text.substring(0, tab), text.substring(tab + 1));
        }
    }

    /** Reads the head; what it says of pages and the like is of no interest. */
    private boolean isPrinted(String first) throws IOException {
        if (!content(first).equals(VERSION + "3")) {
            throw fault("is of a version of db_dump other than 3");
        }
        boolean isPrinted = false;
        String text = content(next());
        while (!text.equals(HEADER_END)) {
            if (text.isEmpty()) {
                throw fault("the head of the dump does not end");
            }
            isPrinted |= text.equals("format=print");
            text = content(next());
        }
        return isPrinted;
    }

    private void readDump(boolean isPrinted) throws IOException, InterruptedException {
        while (true) {
            String key = next();
            if (content(key).equals(DATA_END)) {
                return;
            }
            String value = next();
            if (!key.startsWith(" ") || !value.startsWith(" ")) {
                throw fault("the dump is not whole: it does not end with " + DATA_END);
            }
            taker.take(text(content(key), isPrinted), text(content(value), isPrinted));
        }
    }

    /**
     * The octets of a line of data, as UTF-8; a NUL at the end, as programs in C leave it, goes.
     */
    private String text(String line, boolean isPrinted) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (isPrinted && c != '\\') {
                octets.write(c);
            } else if (isPrinted && line.startsWith("\\", i + 1)) {
                octets.write('\\');
                i++;
            } else {
                int at = isPrinted ? i + 1 : i;
                octets.write(hex(line, at));
                i = at + 1;
            }
        }
        String text = octets.toString(StandardCharsets.UTF_8);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    private int hex(String line, int at) throws IOException {
        int high = at + 1 < line.length() ? Character.digit(line.charAt(at), 16) : -1;
        int low = at + 1 < line.length() ? Character.digit(line.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw fault("there are not two digits for an octet");
        }
        return high * 16 + low;
    }

    /** The next line with its end, in ISO 8859-1; empty at the end of the file. */
    private String next() throws IOException {
        line++;
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            octets.write(c);
            if (c == '\n') {
                break;
            }
            if (octets.size() > LONGEST_LINE) {
                throw fault("the line is too long");
            }
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    private static String content(String line) {
        int end = line.endsWith("\n") ? line.length() - 1 : line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    private IOException fault(String what) {
        return new IOException(file + ":" + line + ": " + what);
    }
}
