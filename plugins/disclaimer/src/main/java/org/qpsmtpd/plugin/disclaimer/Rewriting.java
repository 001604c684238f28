package org.qpsmtpd.plugin.disclaimer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way through a body, which comes out as it went in but for the texts. */
final class Rewriting {
    private static final int DEEPEST = 50;
    private static final int LARGEST_HEAD = 256 * 1024;

    private final Lines lines;
    private final Texts texts;
    private final OutputStream out;
    private int changed;
    private boolean isHeaderComplete;

    /**
     * @param body what follows the empty line after the header
     */
    Rewriting(InputStream body, Texts texts, OutputStream out) {
        lines = new Lines(body);
        this.texts = texts;
        this.out = out;
    }

    /** How many parts have got a text. */
    int changed() {
        return changed;
    }

    /**
     * Goes through the body.
     *
     * @param head the header of the message
     * @return how the message itself is written now, when it is a single part; null when not
     * @throws LeftAlone when the message is to stay as it is
     */
    @Nullable Leaf run(Head head) throws IOException {
        @Nullable Leaf leaf = null;
        if (isText(head)) {
            leaf = Leaf.of(head, texts);
            text(leaf);
        } else {
            content(head, true);
        }
        out.write(lines.held());
        return leaf;
    }

    private static boolean isText(Head head) {
        boolean isText = head.type().equals("text/plain") || head.type().equals("text/html");
        return isText && !head.isAttachment();
    }

    private void content(Head head, boolean isBody) throws IOException {
        switch (head.type()) {
            case "multipart/signed" -> throw new LeftAlone("it is signed");
            case "multipart/encrypted",
                    "application/pkcs7-mime",
                    "application/x-pkcs7-mime",
                    "application/pgp-encrypted" ->
                    throw new LeftAlone("it is signed or encrypted");
            default -> {
                String boundary = head.parameter("boundary");
                if (head.isMultipart() && !boundary.isEmpty()) {
                    multipart(head, boundary, isBody);
                } else {
                    copy();
                }
            }
        }
    }

    private void multipart(Head head, String boundary, boolean isBody) throws IOException {
        int level = lines.depth();
        if (level >= DEEPEST) {
            throw new LeftAlone("its parts are nested deeper than " + DEEPEST);
        }
        lines.begin(boundary);
        boolean isAlternative = head.type().equals("multipart/alternative");
        boolean isOfPeople = isBody && !head.type().equals("multipart/report");
        String usual = head.type().equals("multipart/digest") ? "message/rfc822" : "text/plain";
        copy();
        while (lines.met().level() == level && !lines.met().isLast()) {
            int before = changed;
            passBoundary();
            part(isOfPeople, usual);
            isOfPeople = isOfPeople && (isAlternative || changed == before);
            if (head.type().equals("multipart/related")) {
                isOfPeople = false;
            }
        }
        boolean isEnd = lines.met().level() == level;
        if (isEnd) {
            passBoundary();
        }
        lines.end(level);
        if (isEnd) {
            copy();
        }
    }

    private void passBoundary() throws IOException {
        out.write(Head.octets(lines.met().line()));
        lines.pass();
        out.write(lines.held());
        lines.forgetEnd();
    }

    private void part(boolean isBody, String usual) throws IOException {
        List<String> raw = header();
        Head head = new Head(raw, usual);
        boolean getsText = isBody && isText(head) && isHeaderComplete;
        Leaf leaf = getsText ? Leaf.of(head, texts) : null;
        List<String> written = leaf != null && leaf.changesHead() ? changed(raw, head, leaf) : raw;
        out.write(Head.octets(String.join("\r\n", written)));
        if (!isHeaderComplete) {
            return;
        }
        out.write(Head.octets(written.isEmpty() ? "" : "\r\n"));
        out.write(lines.held());
        lines.forgetEnd();
        if (leaf == null) {
            content(head, isBody && !head.isAttachment());
        } else {
            text(leaf);
        }
    }

    /** The lines up to the empty one, or to a boundary. */
    private List<String> header() throws IOException {
        List<String> header = new ArrayList<>();
        int size = 0;
        isHeaderComplete = false;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            String text = new String(line, StandardCharsets.ISO_8859_1);
            String bare = text.substring(text.indexOf('\n') + 1);
            if (bare.isEmpty()) {
                isHeaderComplete = true;
                break;
            }
            header.add(bare);
            size += line.length;
            if (size > LARGEST_HEAD || lines.isWithinLine()) {
                throw new LeftAlone("the header of a part is too large");
            }
        }
        return header;
    }

    private static List<String> changed(List<String> raw, Head head, Leaf leaf) {
        List<String> header = new ArrayList<>();
        boolean isLeftOut = false;
        for (String line : raw) {
            boolean isMore = line.startsWith(" ") || line.startsWith("\t");
            isLeftOut =
                    isMore ? isLeftOut : isField(line, Head.TYPE) || isField(line, Head.ENCODING);
            if (!isLeftOut) {
                header.add(line);
            }
        }
        header.add(Head.TYPE + ": " + head.typeWith(leaf.to().name()));
        header.add(Head.ENCODING + ": " + encodingName(leaf, head));
        return header;
    }

    /** What the header says of the encoding. */
    static String encodingName(Leaf leaf, Head head) {
        return leaf.encoding() == leaf.decoding() ? head.encoding() : "quoted-printable";
    }

    private static boolean isField(String line, String name) {
        return line.regionMatches(true, 0, name, 0, name.length())
                && line.substring(name.length()).stripLeading().startsWith(":");
    }

    private void text(Leaf leaf) throws IOException {
        leaf.write(new Content(), out);
        changed++;
    }

    private void copy() throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            out.write(line);
        }
    }

    /** The lines up to the next boundary. */
    private final class Content extends InputStream {
        private byte[] line = new byte[0];
        private int at;

        @Override
        public int read() throws IOException {
            while (at == line.length) {
                byte[] next = lines.next();
                if (next == null) {
                    return -1;
                }
                line = next;
                at = 0;
            }
            return line[at++] & 255;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }
    }
}
