package org.qpsmtpd.plugin.attachments;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Judges each name in an archive of zip while it is read, wherever in it there is the head of an
 * entry: some readers begin at the start, others at the directory, and what one skips another
 * shows.
 */
final class ZipNames extends FilterInputStream {
    private static final int WITHIN_ENTRY = 3;
    private static final int WITHIN_DIRECTORY = 1;
    private static final int LONGEST = 46 + 0xFFFF + 4096;
    private static final int UNICODE_NAME = 0x7075;

    private final Inspector inspector;
    private final String archive;
    private final byte[] window = new byte[2 * LONGEST];
    private int length;

    ZipNames(InputStream in, Inspector inspector, String archive) {
        super(in);
        this.inspector = inspector;
        this.archive = archive;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    @Override
    public int read(byte[] octets, int from, int wanted) throws IOException {
        int count = super.read(octets, from, Math.min(wanted, LONGEST));
        if (count > 0) {
            if (length + count > window.length) {
                search(length - LONGEST);
            }
            System.arraycopy(octets, from, window, length, count);
            length += count;
        }
        return count;
    }

    /** Looks at what is left, at the end. */
    void finish() throws IOException {
        search(length);
    }

    /** Searches the window up to there, and drops that. */
    private void search(int end) throws IOException {
        for (int i = 0; i < end; i++) {
            if (window[i] == 'P' && i + 30 <= length && window[i + 1] == 'K') {
                if (window[i + 2] == WITHIN_ENTRY && window[i + 3] == 4) {
                    head(i, 6, 26, 30);
                } else if (window[i + 2] == WITHIN_DIRECTORY
                        && window[i + 3] == 2
                        && i + 46 <= length) {
                    head(i, 8, 28, 46);
                }
            }
        }
        System.arraycopy(window, end, window, 0, length - end);
        length -= end;
    }

    private void head(int at, int flags, int lengths, int name) throws IOException {
        inspector.bounds().entry();
        int end = Math.min(length, at + name + LittleEndian.u16(window, at + lengths));
        int start = at + name;
        String text = text(start, end);
        inspector.judge().name(text);
        int behind = Math.min(length, end + LittleEndian.u16(window, at + lengths + 2));
        for (int i = end; i + 9 < behind; i += 4 + LittleEndian.u16(window, i + 2)) {
            if (LittleEndian.u16(window, i) == UNICODE_NAME) {
                inspector
                        .judge()
                        .name(
                                text(
                                        i + 9,
                                        Math.min(behind, i + 4 + LittleEndian.u16(window, i + 2))));
            }
        }
        if ((window[at + flags] & 1) != 0) {
            inspector.judge().encrypted(archive.isEmpty() ? text : archive);
        }
    }

    private String text(int start, int end) {
        ByteBuffer octets = ByteBuffer.wrap(window, start, Math.max(0, end - start));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
        } catch (CharacterCodingException e) {
            return new String(window, start, end - start, StandardCharsets.ISO_8859_1);
        }
    }
}
