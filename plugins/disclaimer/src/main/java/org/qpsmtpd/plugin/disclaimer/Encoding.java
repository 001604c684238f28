package org.qpsmtpd.plugin.disclaimer;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Transfer encodings (RFC 2045, 6). */
enum Encoding {
    IDENTITY {
        @Override
        InputStream decode(InputStream in) {
            return in;
        }

        @Override
        OutputStream encode(OutputStream out) {
            return new Unclosed(out);
        }
    },
    BASE64 {
        @Override
        InputStream decode(InputStream in) {
            return Base64.getMimeDecoder().wrap(in);
        }

        @Override
        OutputStream encode(OutputStream out) {
            return Base64.getMimeEncoder().wrap(new Unclosed(out));
        }
    },
    QUOTED_PRINTABLE {
        @Override
        InputStream decode(InputStream in) {
            return new Decoder(in);
        }

        @Override
        OutputStream encode(OutputStream out) {
            return new Encoder(out);
        }
    };

    /** The decoded octets. */
    abstract InputStream decode(InputStream in);

    /** Takes octets to be encoded; closing it writes the last of them and leaves the other open. */
    abstract OutputStream encode(OutputStream out);

    /**
     * The encoding of a name.
     *
     * @throws LeftAlone when nobody knows it
     */
    static Encoding named(String name) throws LeftAlone {
        return switch (name) {
            case "7bit", "8bit", "binary" -> IDENTITY;
            case "base64" -> BASE64;
            case "quoted-printable" -> QUOTED_PRINTABLE;
            default -> throw new LeftAlone("the transfer encoding " + name + " is not known");
        };
    }

    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            out.write(octets, from, length);
        }

        @Override
        public void close() {}
    }

    private static final class Decoder extends InputStream {
        private final BufferedInputStream in;

        Decoder(InputStream in) {
            this.in = new BufferedInputStream(in);
        }

        @Override
        public int read() throws IOException {
            int octet = in.read();
            while (octet == '=') {
                in.mark(2);
                int first = in.read();
                int second = in.read();
                int high = Character.digit(first, 16);
                int low = Character.digit(second, 16);
                if (high >= 0 && low >= 0) {
                    return high << 4 | low;
                }
                boolean isSoftEnd = first < 0 || (first == '\r' && second == '\n');
                if (!isSoftEnd) {
                    in.reset();
                    return '=';
                }
                octet = first < 0 ? -1 : in.read();
            }
            return octet;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }
    }

    /** Lines of 76 characters at most; CRLF stays a line end. */
    private static final class Encoder extends OutputStream {
        private static final int LONGEST = 75;

        private final OutputStream out;
        private int column;
        private int blank = -1;
        private boolean hasCarriageReturn;

        Encoder(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            int octet = value & 255;
            if (hasCarriageReturn) {
                hasCarriageReturn = false;
                if (octet == '\n') {
                    endLine();
                    return;
                }
                put("=0D");
            }
            if (octet == '\r') {
                hasCarriageReturn = true;
            } else if (octet == ' ' || octet == '\t') {
                flushBlank(false);
                blank = octet;
            } else {
                flushBlank(false);
                boolean isPlain = octet > ' ' && octet < 127 && octet != '=';
                put(isPlain ? Character.toString(octet) : hex(octet));
            }
        }

        private void endLine() throws IOException {
            flushBlank(true);
            out.write('\r');
            out.write('\n');
            column = 0;
        }

        /** A blank at the end of a line would be lost on the way. */
        private void flushBlank(boolean isLast) throws IOException {
            if (blank >= 0) {
                int octet = blank;
                blank = -1;
                put(isLast ? hex(octet) : Character.toString(octet));
            }
        }

        private void put(String text) throws IOException {
            if (column + text.length() > LONGEST) {
                out.write("=\r\n".getBytes(StandardCharsets.US_ASCII));
                column = 0;
            }
            out.write(text.getBytes(StandardCharsets.US_ASCII));
            column += text.length();
        }

        private static String hex(int octet) {
            return "="
                    + Character.toUpperCase(Character.forDigit(octet >> 4, 16))
                    + Character.toUpperCase(Character.forDigit(octet & 15, 16));
        }

        @Override
        public void close() throws IOException {
            if (hasCarriageReturn) {
                hasCarriageReturn = false;
                put("=0D");
            }
            flushBlank(true);
        }
    }
}
