package org.qpsmtpd.plugin.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Goes through an archive of tar in all its forms: names in two fields, of GNU and of POSIX. */
final class TarReader {
    private static final int BLOCK = TarBlock.LENGTH;
    private static final int SIZE_AT = 124;
    private static final int LONGEST = 1 << 16;

    private final Inspector inspector;
    private final int depth;
    private String longName = "";

    TarReader(Inspector inspector, int depth) {
        this.inspector = inspector;
        this.depth = depth;
    }

    void read(InputStream in) throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        while (block.length == BLOCK) {
            if (!isEmpty(block)) {
                if (!TarBlock.hasItsSum(block)) {
                    throw new Unjudged("an archive of tar is damaged");
                }
                entry(block, in);
            }
            block = in.readNBytes(BLOCK);
        }
    }

    private void entry(byte[] block, InputStream in) throws IOException {
        inspector.bounds().entry();
        long size = size(block);
        char type = (char) (block[156] & 255);
        Limited content = new Limited(in, size);
        switch (type) {
            case 'L', 'x' -> {
                String said = text(content.readNBytes(LONGEST), 0, LONGEST);
                longName = type == 'L' ? said : path(said);
            }
            case 'K', 'g' -> {}
            default -> {
                String name = longName.isEmpty() ? name(block) : longName;
                longName = "";
                inspector.judge().name(name);
                inspector.judge().name(name(block));
                inspector.look(content, name, depth + 1);
            }
        }
        content.drain();
        new Limited(in, padding(size)).drain();
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private static String name(byte[] block) {
        String prefix = text(block, 345, 155);
        boolean hasPrefix = text(block, 257, 5).equals("ustar") && !prefix.isEmpty();
        return (hasPrefix ? prefix + "/" : "") + text(block, 0, 100);
    }

    /** The value of {@code path} among records {@code LENGTH KEY=VALUE}; the last one counts. */
    private static String path(String records) {
        String path = "";
        for (String record : records.split("\n", -1)) {
            int key = record.indexOf(" path=");
            path = key < 0 ? path : record.substring(key + 6);
        }
        return path;
    }

    /** In octal, or in binary behind a first bit. */
    private static long size(byte[] block) throws Unjudged {
        long size = 0;
        boolean isBinary = block[SIZE_AT] < 0;
        for (int i = SIZE_AT + (isBinary ? 4 : 0); i < SIZE_AT + 12; i++) {
            int octet = block[i] & 255;
            if (isBinary) {
                size = size << 8 | octet;
            } else if (octet >= '0' && octet <= '7') {
                size = size << 3 | (octet - '0');
            }
        }
        if (size < 0) {
            throw new Unjudged("an archive of tar is damaged");
        }
        return size;
    }

    private static boolean isEmpty(byte[] block) {
        for (byte octet : block) {
            if (octet != 0) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] octets, int from, int length) {
        int end = from;
        while (end < Math.min(octets.length, from + length) && octets[end] != 0) {
            end++;
        }
        return end <= from ? "" : new String(octets, from, end - from, StandardCharsets.UTF_8);
    }
}
