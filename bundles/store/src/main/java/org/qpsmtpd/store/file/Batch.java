package org.qpsmtpd.store.file;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.store.form.StoreRules;

/**
 * Changes of one store in the order in which they were made, as the file has them: a checksum, the
 * store's name, and for each change the lengths of key and value (-1 where the key is gone), the
 * end, and both texts.
 */
final class Batch {
    private static final int FULL = 1 << 16;
    private static final int RECORD = Short.BYTES + Integer.BYTES + Long.BYTES;
    private static final int GONE = -1;

    private final byte[] name;
    private ByteBuffer buffer = ByteBuffer.allocate(FULL);

    /** Is given what was read. */
    interface Reader {
        /** A key and its entry; null for one that is gone. */
        void take(String key, @Nullable Entry entry);
    }

    Batch(String name) {
        this.name = octets(name);
        begin();
    }

    private void begin() {
        buffer.clear();
        buffer.putInt(0).put((byte) name.length).put(name);
    }

    /** Puts a change behind the others; a null entry says that the key is gone. */
    void add(String key, @Nullable Entry entry) {
        byte[] keyOctets = octets(key);
        byte[] value = entry == null ? new byte[0] : octets(entry.value);
        int length = RECORD + keyOctets.length + value.length;
        if (length > buffer.remaining()) {
            int capacity = Math.max(buffer.capacity() * 2, buffer.position() + length);
            buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
        }
        buffer.putShort((short) keyOctets.length);
        buffer.putInt(entry == null ? GONE : value.length);
        buffer.putLong(entry == null ? 0 : entry.end);
        buffer.put(keyOctets).put(value);
    }

    boolean isEmpty() {
        return buffer.position() == Integer.BYTES + 1 + name.length;
    }

    boolean isFull() {
        return buffer.position() >= FULL;
    }

    /** What was added, to be written; the batch is empty afterwards. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(buffer.array(), buffer.position());
        ByteBuffer.wrap(taken).putInt(0, checksum(taken));
        begin();
        return taken;
    }

    /** The store whose changes they are; empty when the octets are not what was written. */
    static String store(byte[] octets) {
        int start = Integer.BYTES + 1;
        if (octets.length < start || ByteBuffer.wrap(octets).getInt() != checksum(octets)) {
            return "";
        }
        int end = start + octets[start - 1];
        String name =
                end < start || end > octets.length
                        ? ""
                        : new String(octets, start, end - start, StandardCharsets.US_ASCII);
        return StoreRules.isName(name) ? name : "";
    }

    /**
     * Reads changes that {@link #store} knows.
     *
     * @return whether all could be read
     */
    static boolean read(byte[] octets, Reader reader) {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        buffer.position(Integer.BYTES + 1 + octets[Integer.BYTES]);
        try {
            while (buffer.hasRemaining()) {
                readRecord(buffer, reader);
            }
            return true;
        } catch (BufferUnderflowException | CharacterCodingException e) {
            return false;
        }
    }

    private static void readRecord(ByteBuffer buffer, Reader reader)
            throws CharacterCodingException {
        int keyLength = buffer.getShort();
        int valueLength = buffer.getInt();
        long end = buffer.getLong();
        String key = text(buffer, keyLength);
        if (valueLength == GONE) {
            reader.take(key, null);
            return;
        }
        String value = text(buffer, valueLength);
        reader.take(key, new Entry(key, value, end, keyLength + valueLength));
    }

    private static String text(ByteBuffer buffer, int length) throws CharacterCodingException {
        if (length < 0 || length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer octets = buffer.slice().limit(length);
        buffer.position(buffer.position() + length);
        return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int checksum(byte[] octets) {
        CRC32C sum = new CRC32C();
        sum.update(octets, Integer.BYTES, octets.length - Integer.BYTES);
        return (int) sum.getValue();
    }
}
