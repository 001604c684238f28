package org.qpsmtpd.plugin.attachments;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Tells the judge what contents are and what archives hold. Writes nothing anywhere. */
final class Contents implements Inspector {
    private static final List<String> ZIP_ENDINGS =
            List.of(
                    ".zip", ".zipx", ".jar", ".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm",
                    ".odt");
    private static final int MAX_NAME = 1024;

    private final Judge judge;
    private final Bounds bounds;
    private @Nullable String unjudged;

    Contents(Judge judge, Bounds bounds) {
        this.judge = judge;
        this.bounds = bounds;
    }

    @Override
    public Judge judge() {
        return judge;
    }

    @Override
    public Bounds bounds() {
        return bounds;
    }

    /** Why something could not be judged, the first time; empty when all was. */
    Optional<String> unjudged() {
        return Optional.ofNullable(unjudged);
    }

    @Override
    public void note(String why) {
        unjudged = unjudged == null ? why : unjudged;
    }

    /**
     * Looks at the content of a part, also as readers take it that believe another transfer
     * encoding.
     *
     * @param isText whether files may stand in it as text
     */
    void part(InputStream content, String name, boolean isText) {
        try {
            PushbackInputStream whole = new PushbackInputStream(content, Magic.HEAD);
            byte[] head = head(whole);
            boolean isKnown = !Magic.of(head, head.length).isEmpty();
            Optional<OtherReading> other = isKnown ? Optional.empty() : OtherReading.of(head);
            if (isText && !isKnown && other.isEmpty()) {
                new Uuencoded(whole, this).read();
            } else {
                look(other.isEmpty() ? whole : other.get().open(whole), name, 0);
            }
        } catch (Unjudged e) {
            note(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            note(name + ": it is damaged, " + e.getMessage());
        }
    }

    @Override
    public void look(InputStream content, String name, int depth) throws IOException {
        PushbackInputStream whole = new PushbackInputStream(content, Magic.HEAD);
        byte[] head = head(whole);
        String type = Magic.of(head, head.length);
        judge.type(type);
        switch (type) {
            case Magic.TAR -> {
                bounds.archive(depth);
                new TarReader(this, depth).read(whole);
            }
            case Magic.GZIP -> {
                bounds.archive(depth);
                gzip(whole, head, name, depth);
            }
            default -> {
                if (type.equals(Magic.ZIP) || isCalledZip(name)) {
                    bounds.archive(depth);
                    new ZipReader(this, name, depth).read(whole);
                } else if (type.equals(Magic.RAR) && RarHeader.isEncrypted(head)) {
                    judge.encrypted(name);
                }
            }
        }
    }

    /** The beginning, which stays there to be read again. */
    private static byte[] head(PushbackInputStream content) throws IOException {
        byte[] head = content.readNBytes(Magic.HEAD);
        content.unread(head);
        return head;
    }

    private static boolean isCalledZip(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ZIP_ENDINGS.stream().anyMatch(lower::endsWith);
    }

    private void gzip(InputStream content, byte[] head, String name, int depth) throws IOException {
        bounds.entry();
        String told = gzipName(head);
        String inner = told.isEmpty() ? withoutEnding(name) : told;
        judge.name(told);
        judge.name(withoutEnding(name));
        try (InputStream unpacked = Unpacked.gzip(content, bounds)) {
            look(unpacked, inner, depth + 1);
        } catch (ZipException | EOFException e) {
            note(name + ": it is damaged, " + e.getMessage());
        }
    }

    /** What the header says behind its optional fields (RFC 1952, 2.3); empty without. */
    private static String gzipName(byte[] head) {
        int flags = head.length > 10 ? head[3] : 0;
        int start = 10;
        if ((flags & 4) != 0 && head.length > 12) {
            start += 2 + ((head[10] & 255) | (head[11] & 255) << 8);
        }
        int end = start;
        while ((flags & 8) != 0 && end < head.length && end - start < MAX_NAME && head[end] != 0) {
            end++;
        }
        return end == start
                ? ""
                : new String(head, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static String withoutEnding(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".tgz")) {
            return name.substring(0, name.length() - 3) + "tar";
        }
        return lower.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    }
}
