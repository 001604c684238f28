package org.qpsmtpd.store.file;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Octets as the file has them; a length that cannot be right is a fault and takes no memory. */
final class Octets extends BasicDataType<byte[]> {
    static final Octets TYPE = new Octets();

    private Octets() {}

    @Override
    public int compare(byte[] one, byte[] other) {
        return Arrays.compareUnsigned(one, other);
    }

    @Override
    public int getMemory(byte[] octets) {
        return Integer.BYTES * 6 + octets.length;
    }

    @Override
    public void write(WriteBuffer buffer, byte[] octets) {
        buffer.putVarInt(octets.length).put(octets);
    }

    @Override
    public byte[] read(ByteBuffer buffer) {
        int length = DataUtils.readVarInt(buffer);
        if (length < 0 || length > buffer.remaining()) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_FILE_CORRUPT,
                    "{0} octets where {1} are left",
                    length,
                    buffer.remaining());
        }
        byte[] octets = new byte[length];
        buffer.get(octets);
        return octets;
    }

    @Override
    public byte[][] createStorage(int size) {
        return new byte[size][];
    }
}
