package org.qpsmtpd.store.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.store.form.StoreRules;

/** An entry as the file has it: the key; its end, a checksum of all, and the value. */
final class EntryForm {
    private static final int CHECKSUM_AT = Long.BYTES;
    private static final int VALUE_AT = CHECKSUM_AT + Integer.BYTES;

    private EntryForm() {}

    static byte[] key(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] octets(Entry entry) {
        byte[] value = entry.value.getBytes(StandardCharsets.UTF_8);
        ByteBuffer octets = ByteBuffer.allocate(VALUE_AT + value.length);
        octets.putLong(entry.end);
        octets.putInt(checksum(key(entry.key), entry.end, value));
        return octets.put(value).array();
    }

    /** The entry, or null where the octets are not what was written. */
    static @Nullable Entry entry(byte[] key, byte[] octets) {
        if (octets.length < VALUE_AT
                || octets.length > VALUE_AT + StoreRules.LONGEST_VALUE
                || key.length == 0
                || key.length > StoreRules.LONGEST_KEY) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        long end = buffer.getLong();
        int checksum = buffer.getInt();
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        if (checksum != checksum(key, end, value)) {
            return null;
        }
        try {
            return new Entry(text(key), text(value), end, key.length + value.length);
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String text(byte[] octets) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    }

    private static int checksum(byte[] key, long end, byte[] value) {
        CRC32C sum = new CRC32C();
        sum.update(key);
        sum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, end));
        sum.update(value);
        return (int) sum.getValue();
    }
}
