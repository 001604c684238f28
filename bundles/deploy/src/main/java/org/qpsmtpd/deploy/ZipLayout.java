package org.qpsmtpd.deploy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether a jar can be read in one way only: entry after entry from its first byte on, the
 * directory of entries behind the last one, its end record at the end of the file, and each entry's
 * own header like the one in the directory. Nothing else is in it, so whoever reads it in whichever
 * order finds the same entries with the same contents.
 *
 * <p>Source: PKWARE APPNOTE 4.3. A jar within our bounds needs no ZIP64.
 */
final class ZipLayout {
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int DESCRIPTOR_BYTES = 12;
    private static final int SIGNATURE_BYTES = 4;
    private static final int ENCRYPTED = 1;
    private static final int SIZES_FOLLOW = 8;
    private static final int MOST_DIRECTORY = 16 << 20;

    private final FileChannel file;

    private ZipLayout(FileChannel file) {
        this.file = file;
    }

    /** What the directory says of an entry; sizes and checksum as 32 bits. */
    private record Header(int flags, int method, int crc, int packed, int size, ByteBuffer name) {}

    /** Checks a jar. */
    static void check(Path jar) throws IOException, JarFault {
        try (FileChannel file = FileChannel.open(jar)) {
            new ZipLayout(file).check();
        } catch (EOFException e) {
            throw fault("a part of it is missing");
        }
    }

    private void check() throws IOException, JarFault {
        ByteBuffer end = read(file.size() - END_BYTES, END_BYTES);
        long start = unsigned(end.getInt(16));
        long length = unsigned(end.getInt(12));
        boolean plain =
                end.getInt(0) == END
                        && end.getInt(4) == 0
                        && end.getShort(8) == end.getShort(10)
                        && end.getShort(20) == 0
                        && start + length + END_BYTES == file.size()
                        && length <= MOST_DIRECTORY;
        if (!plain) {
            throw fault("it does not end with the record that ends a jar");
        }
        Map<Long, Header> entries = directory(read(start, (int) length), end.getShort(10));
        long expected = 0;
        for (Map.Entry<Long, Header> entry : entries.entrySet()) {
            if (entry.getKey() != expected) {
                throw fault("something lies between its entries");
            }
            expected = end(entry.getKey(), entry.getValue());
        }
        if (expected != start) {
            throw fault("something lies before its directory");
        }
    }

    /** The entries by the place of their own headers. */
    private static Map<Long, Header> directory(ByteBuffer bytes, short count) throws JarFault {
        Map<Long, Header> entries = new TreeMap<>();
        int at = 0;
        int number = 0;
        while (at + CENTRAL_BYTES <= bytes.limit() && bytes.getInt(at) == CENTRAL) {
            int name = Short.toUnsignedInt(bytes.getShort(at + 28));
            int more =
                    Short.toUnsignedInt(bytes.getShort(at + 30))
                            + Short.toUnsignedInt(bytes.getShort(at + 32));
            if (at + CENTRAL_BYTES + name + more > bytes.limit()) {
                break;
            }
            Header header =
                    new Header(
                            bytes.getShort(at + 8),
                            bytes.getShort(at + 10),
                            bytes.getInt(at + 16),
                            bytes.getInt(at + 20),
                            bytes.getInt(at + 24),
                            bytes.slice(at + CENTRAL_BYTES, name));
            entries.put(unsigned(bytes.getInt(at + 42)), header);
            at += CENTRAL_BYTES + name + more;
            number++;
        }
        if (at != bytes.limit() || number != Short.toUnsignedInt(count)) {
            throw fault("its directory is not whole");
        }
        if (entries.size() != number) {
            throw fault("two of its entries are the same bytes");
        }
        return entries;
    }

    /** Where an entry ends whose own header is at a place. */
    private long end(long at, Header header) throws IOException, JarFault {
        ByteBuffer local = read(at, LOCAL_BYTES);
        int name = Short.toUnsignedInt(local.getShort(26));
        boolean follow = (header.flags() & SIZES_FOLLOW) != 0;
        boolean same =
                local.getInt(0) == LOCAL
                        && local.getShort(6) == (short) header.flags()
                        && local.getShort(8) == (short) header.method()
                        && (header.flags() & ENCRYPTED) == 0
                        && (follow || isOf(header, local, 14))
                        && name == header.name().limit()
                        && read(at + LOCAL_BYTES, name).equals(header.name());
        long end =
                at
                        + LOCAL_BYTES
                        + name
                        + Short.toUnsignedInt(local.getShort(28))
                        + unsigned(header.packed());
        if (!same) {
            throw fault("an entry is another one in its directory");
        }
        return follow ? descriptorEnd(end, header) : end;
    }

    private long descriptorEnd(long at, Header header) throws IOException, JarFault {
        ByteBuffer bytes = read(at, SIGNATURE_BYTES + DESCRIPTOR_BYTES);
        if (bytes.getInt(0) == DESCRIPTOR && isOf(header, bytes, SIGNATURE_BYTES)) {
            return at + SIGNATURE_BYTES + DESCRIPTOR_BYTES;
        }
        if (isOf(header, bytes, 0)) {
            return at + DESCRIPTOR_BYTES;
        }
        throw fault("an entry is another one in its directory");
    }

    private static boolean isOf(Header header, ByteBuffer bytes, int at) {
        return bytes.getInt(at) == header.crc()
                && bytes.getInt(at + 4) == header.packed()
                && bytes.getInt(at + 8) == header.size();
    }

    private static long unsigned(int bits) {
        return Integer.toUnsignedLong(bits);
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long place = at;
        while (bytes.hasRemaining()) {
            int count = place < 0 ? -1 : file.read(bytes, place);
            if (count < 0) {
                throw new EOFException();
            }
            place += count;
        }
        return bytes.flip();
    }

    private static JarFault fault(String reason) {
        return new JarFault(
                JarFault.Kind.BROKEN,
                "it does not lie in the file as a jar does: " + reason,
                "build the jar again");
    }
}
