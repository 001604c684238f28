package org.qpsmtpd.plugin.disclaimer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;

/**
 * How a part gets its text.
 *
 * @param isPage whether it is HTML
 * @param from its charset now
 * @param to its charset then: the same, or UTF-8 where that cannot say the text
 * @param decoding its transfer encoding now
 * @param encoding its transfer encoding then
 * @param text what is added
 */
record Leaf(
        boolean isPage,
        Charset from,
        Charset to,
        Encoding decoding,
        Encoding encoding,
        String text) {
    private static final String PGP = "-----BEGIN PGP ";

    /** Decides about a part. */
    static Leaf of(Head head, Texts texts) throws LeftAlone {
        boolean isPage = head.type().equals("text/html");
        Charset from = charset(head.parameter("charset"));
        String text = isPage ? texts.page() : texts.plain();
        Charset to = from;
        if (!isUsual(from) || !from.newEncoder().canEncode(text)) {
            to = isPage && isUsual(from) ? from : StandardCharsets.UTF_8;
            text = isPage ? numbered(text) : text;
        }
        Encoding decoding = Encoding.named(head.encoding());
        boolean is7Bit = head.encoding().equals("7bit");
        boolean fits = !is7Bit || (isAscii(text) && from.equals(to));
        Encoding encoding = fits ? decoding : Encoding.QUOTED_PRINTABLE;
        return new Leaf(isPage, from, to, decoding, encoding, text);
    }

    /** Whether its letters are those of ASCII, octet by octet. */
    private static boolean isUsual(Charset charset) {
        String name = charset.name().toLowerCase(Locale.ROOT);
        return charset.canEncode() && !name.startsWith("utf-16") && !name.startsWith("utf-32");
    }

    private static Charset charset(String name) throws LeftAlone {
        try {
            return name.isEmpty() ? StandardCharsets.US_ASCII : Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new LeftAlone("the charset " + name + " is not known");
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    /** With numbers for what is beyond ASCII. */
    private static String numbered(String page) {
        StringBuilder text = new StringBuilder();
        page.codePoints()
                .forEach(
                        c -> {
                            if (c < 128) {
                                text.append((char) c);
                            } else {
                                text.append("&#").append(c).append(';');
                            }
                        });
        return text.toString();
    }

    /** Whether the header has to say something else than now. */
    boolean changesHead() {
        return !from.equals(to) || decoding != encoding;
    }

    /** Writes the content with the text. */
    void write(InputStream content, OutputStream out) throws IOException {
        try (OutputStream encoded = encoding.encode(out)) {
            InputStream octets = decoding.decode(content);
            // What claims to be ASCII and is not stays as it is.
            boolean isSame = from.equals(to) || from.equals(StandardCharsets.US_ASCII);
            InputStream read = new BufferedInputStream(isSame ? octets : new Recoded(octets, from));
            if (isPage) {
                page(read, encoded);
            } else {
                plain(read, encoded);
            }
        }
    }

    private void plain(InputStream in, OutputStream out) throws IOException {
        int last = '\n';
        int matched = 0;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            boolean goesOn = matched >= 0 && octet == PGP.charAt(matched);
            matched = octet == '\n' ? 0 : goesOn ? matched + 1 : -1;
            if (matched == PGP.length()) {
                throw new LeftAlone("it is signed or encrypted with PGP");
            }
            out.write(octet);
            last = octet;
        }
        if (last != '\n') {
            out.write('\r');
            out.write('\n');
        }
        out.write(("\r\n" + text).getBytes(to));
    }

    /** Before the end of the page, as far as that is marked. */
    private void page(InputStream in, OutputStream out) throws IOException {
        boolean isDone = false;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (!isDone && octet == '<' && isEnd(in)) {
                out.write(("\r\n" + text).getBytes(to));
                isDone = true;
            }
            out.write(octet);
        }
        if (!isDone) {
            out.write(("\r\n" + text).getBytes(to));
        }
    }

    private static boolean isEnd(InputStream in) throws IOException {
        in.mark(8);
        String next = new String(in.readNBytes(5), StandardCharsets.ISO_8859_1);
        in.reset();
        return next.equalsIgnoreCase("/body") || next.equalsIgnoreCase("/html");
    }

    /** Text of another charset in UTF-8. */
    private static final class Recoded extends InputStream {
        private final Reader reader;
        private final char[] piece = new char[4096];
        private byte[] octets = new byte[0];
        private int at;
        private int high = -1;

        Recoded(InputStream in, Charset from) {
            reader = new InputStreamReader(in, from);
        }

        @Override
        public int read() throws IOException {
            while (at == octets.length) {
                if (!fill()) {
                    return -1;
                }
            }
            return octets[at++] & 255;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }

        /** A pair of surrogates is not cut in two. */
        private boolean fill() throws IOException {
            int start = high < 0 ? 0 : 1;
            piece[0] = (char) Math.max(0, high);
            int count = reader.read(piece, start, piece.length - start);
            if (count < 0 && start == 0) {
                return false;
            }
            int length = start + Math.max(0, count);
            boolean isCut = count > 0 && Character.isHighSurrogate(piece[length - 1]);
            high = isCut ? piece[length - 1] : -1;
            octets =
                    new String(piece, 0, isCut ? length - 1 : length)
                            .getBytes(StandardCharsets.UTF_8);
            at = 0;
            return true;
        }
    }
}
