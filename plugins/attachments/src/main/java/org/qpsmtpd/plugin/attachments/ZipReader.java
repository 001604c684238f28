package org.qpsmtpd.plugin.attachments;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Goes through an archive of zip from its start, entry by entry. Its directory stands at the end
 * and may say something else, by which other readers go: what it names has to be among the entries.
 */
final class ZipReader {
    private static final int ENTRY = 0x04034B50;
    private static final int LISTED = 0x02014B50;
    private static final int END = 0x06054B50;
    private static final int PIECE = 4096;
    private static final int LONGEST = 1000;
    private static final long IN_EXTRA = 0xFFFFFFFFL;
    private static final int ENCRYPTED = 1;
    private static final int SIZE_FOLLOWS = 8;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private final Inspector inspector;
    private final String archive;
    private final int depth;
    private final Set<String> held = new HashSet<>();
    private final Set<String> listed = new HashSet<>();
    private boolean hasEnd;

    /**
     * @param archive the name it has, maybe empty
     * @param depth how many archives it is in
     */
    ZipReader(Inspector inspector, String archive, int depth) {
        this.inspector = inspector;
        this.archive = archive;
        this.depth = depth;
    }

    void read(InputStream whole) throws IOException {
        ZipNames names = new ZipNames(whole, inspector, archive);
        PushbackInputStream in = new PushbackInputStream(names, PIECE + 1);
        int signature = 0;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            signature = signature >>> 8 | octet << 24;
            switch (signature) {
                case ENTRY -> entry(in);
                case LISTED -> listed(in);
                case END -> hasEnd = true;
                default -> {
                    // between what is looked for
                }
            }
        }
        names.finish();
        boolean isArchive = !held.isEmpty() || !listed.isEmpty();
        if (isArchive && (!hasEnd || !held.containsAll(listed))) {
            inspector.note(archive + ": its directory does not agree with what it holds");
        }
    }

    private void listed(InputStream in) throws IOException {
        byte[] fixed = in.readNBytes(42);
        if (fixed.length == 42) {
            listed.add(text(in.readNBytes(LittleEndian.u16(fixed, 24))));
            new Limited(in, LittleEndian.u16(fixed, 26) + LittleEndian.u16(fixed, 28)).drain();
        }
    }

    private void entry(PushbackInputStream in) throws IOException {
        byte[] fixed = in.readNBytes(26);
        hasEnd = false;
        if (fixed.length < 26) {
            return;
        }
        inspector.bounds().entry();
        byte[] name = in.readNBytes(LittleEndian.u16(fixed, 22));
        byte[] extra = in.readNBytes(LittleEndian.u16(fixed, 24));
        held.add(text(name));
        int flags = LittleEndian.u16(fixed, 2);
        long size = LittleEndian.u32(fixed, 14);
        size = size == IN_EXTRA ? sizeIn(extra) : size;
        boolean isOpen = (flags & SIZE_FOLLOWS) != 0 && size == 0;
        if ((flags & ENCRYPTED) != 0) {
            new Limited(in, size).drain();
            return;
        }
        String shown = new String(name, StandardCharsets.ISO_8859_1);
        if (isOpen) {
            open(in, shown, LittleEndian.u16(fixed, 4));
        } else {
            sized(new Limited(in, size), shown, LittleEndian.u16(fixed, 4));
        }
    }

    /** An entry that says how long it is. */
    private void sized(Limited content, String name, int method) throws IOException {
        try {
            switch (method) {
                case STORED -> inspector.look(content, name, depth + 1);
                case DEFLATED -> {
                    try (Unpacked unpacked = unpacked(new Unpacked.Counted(content))) {
                        inspector.look(unpacked, name, depth + 1);
                    }
                }
                default -> inspector.note(name + ": it is packed in a way that is not known");
            }
        } catch (ZipException | EOFException e) {
            inspector.note(name + ": it is damaged, " + e.getMessage());
        }
        content.drain();
    }

    /** An entry whose length stands behind it; deflated content tells where it ends. */
    private void open(PushbackInputStream in, String name, int method) throws IOException {
        if (method != DEFLATED) {
            inspector.note(name + ": it does not say where it ends");
            return;
        }
        Unpacked.Counted packed = new Unpacked.Counted(in);
        Inflated inflated = new Inflated(packed);
        try (Unpacked unpacked = new Unpacked(inflated, packed, inspector.bounds())) {
            inspector.look(unpacked, name, depth + 1);
            new Limited(unpacked, Long.MAX_VALUE).drain();
            inflated.giveBack(in);
        } catch (ZipException | EOFException e) {
            inspector.note(name + ": it is damaged, " + e.getMessage());
        }
    }

    private Unpacked unpacked(Unpacked.Counted packed) {
        return new Unpacked(new Inflated(packed), packed, inspector.bounds());
    }

    /** Raw deflated data. */
    private static final class Inflated extends InflaterInputStream {
        private boolean isAtEnd;

        Inflated(InputStream packed) {
            super(packed, new Inflater(true), PIECE);
        }

        /** The inflater wants an octet behind the last one (java.util.zip.Inflater). */
        @Override
        protected void fill() throws IOException {
            if (isAtEnd) {
                throw new EOFException("it ends too early");
            }
            len = in.read(buf, 0, buf.length);
            if (len < 0) {
                isAtEnd = true;
                buf[0] = 0;
                len = 1;
            }
            inf.setInput(buf, 0, len);
        }

        /** What was read too far. */
        void giveBack(PushbackInputStream source) throws IOException {
            int rest = isAtEnd ? 0 : inf.getRemaining();
            source.unread(buf, len - rest, rest);
        }

        @Override
        public void close() {
            inf.end();
        }
    }

    /** The packed size in the field for large files, behind the other size. */
    private static long sizeIn(byte[] extra) {
        for (int at = 0; at + 4 <= extra.length; at += 4 + LittleEndian.u16(extra, at + 2)) {
            if (LittleEndian.u16(extra, at) == 1 && at + 20 <= extra.length) {
                long high = LittleEndian.u32(extra, at + 16) & Integer.MAX_VALUE;
                return LittleEndian.u32(extra, at + 12) | high << 32;
            }
        }
        return IN_EXTRA;
    }

    /** A long name by its end and its length. */
    private static String text(byte[] name) {
        int start = Math.max(0, name.length - LONGEST);
        String end = new String(name, start, name.length - start, StandardCharsets.ISO_8859_1);
        return start == 0 ? end : name.length + " " + end;
    }
}
