package org.qpsmtpd.plugin.queue.spool;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A message in the spool: a file with its envelope, the message with LF line ends, and a mark that
 * says that it is whole.
 *
 * @param file where it is
 * @param start where the message begins, in octets
 * @param length octets of the message
 */
record Kept(Path file, Envelope envelope, long start, long length) {
    private static final String MARK = "qpsmtpd-spool-end\n";
    private static final int PIECE = 32 * 1024;

    /** What stands at the end of a whole file. */
    static byte[] mark() {
        return MARK.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads what stands above the message.
     *
     * @throws DamagedException when the file is none of this plugin's, or not whole
     * @throws IOException when it cannot be read
     */
    static Kept read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            try {
                LineReader lines = new LineReader(in);
                Envelope envelope = Envelope.read(lines);
                long length = size - lines.count() - MARK.length();
                requireWhole(channel, size, length);
                return new Kept(file, envelope, lines.count(), length);
            } catch (IOException e) {
                throw new DamagedException(file, e);
            }
        }
    }

    private static void requireWhole(FileChannel channel, long size, long length)
            throws IOException {
        ByteBuffer end = ByteBuffer.allocate(MARK.length());
        int read = length < 0 ? 0 : channel.read(end, size - MARK.length());
        String text = new String(end.array(), StandardCharsets.US_ASCII);
        if (read != MARK.length() || !text.equals(MARK)) {
            throw new IOException("its end is missing");
        }
    }

    String id() {
        return String.valueOf(file.getFileName());
    }

    /** Writes the message with CRLF line ends. */
    void writeTo(OutputStream out) throws IOException {
        copyTo(new CrlfStream(out));
    }

    /** Writes the message as it is kept. */
    void copyTo(OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(start);
            InputStream in = Channels.newInputStream(channel);
            byte[] piece = new byte[(int) Math.max(1, Math.min(PIECE, length))];
            long left = length;
            while (left > 0) {
                int read = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (read < 0) {
                    throw new EOFException(file + ": is shorter than it was");
                }
                out.write(piece, 0, read);
                left -= read;
            }
        }
    }

    /** A file that cannot be understood. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(Path file, IOException cause) {
            super(file + ": " + cause.getMessage(), cause);
        }
    }
}
