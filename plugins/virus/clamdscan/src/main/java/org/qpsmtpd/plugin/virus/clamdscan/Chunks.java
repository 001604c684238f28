package org.qpsmtpd.plugin.virus.clamdscan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.qpsmtpd.api.peer.Outgoing;

/**
 * A message in chunks as clamd's INSTREAM wants them: the length of each in four octets before it,
 * and a length of zero at the end.
 */
final class Chunks extends InputStream {
    private static final int LENGTH = 4;
    private static final int CHUNK = 32 * 1024;

    private final InputStream message;
    private final byte[] chunk;
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private boolean isLast;

    private Chunks(InputStream message, long size) {
        this.message = message;
        chunk = new byte[LENGTH + (int) Math.min(CHUNK, Math.max(1, size))];
    }

    static Outgoing of(Outgoing message) {
        long size = message.size();
        long count = (size + CHUNK - 1) / CHUNK + 1;
        return new Outgoing.Part(
                size + count * LENGTH, message.waits(), () -> new Chunks(message.open(), size));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        if (!rest.hasRemaining()) {
            if (isLast) {
                return -1;
            }
            next();
        }
        int count = Math.min(length, rest.remaining());
        rest.get(octets, from, count);
        return count;
    }

    private void next() throws IOException {
        int count = message.readNBytes(chunk, LENGTH, chunk.length - LENGTH);
        isLast = count == 0;
        rest = ByteBuffer.wrap(chunk, 0, LENGTH + count).putInt(0, count);
    }

    @Override
    public void close() throws IOException {
        message.close();
    }
}
