package org.qpsmtpd.plugin.attachments;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Optional;

/** A content as who takes it that believes another transfer encoding than the reader here. */
enum OtherReading {
    BASE64 {
        @Override
        InputStream open(InputStream content) {
            return new Lenient(Base64.getMimeDecoder().wrap(content));
        }

        /** Whether it begins with a line of nothing else, which no language has. */
        @Override
        boolean fits(byte[] head) {
            for (int i = 0; i < LINE; i++) {
                byte c = i < head.length ? head[i] : 0;
                boolean isDigit =
                        (c >= 'A' && c <= 'Z')
                                || (c >= 'a' && c <= 'z')
                                || (c >= '0' && c <= '9')
                                || c == '+'
                                || c == '/';
                if (!isDigit) {
                    return false;
                }
            }
            return true;
        }
    },
    QUOTED_PRINTABLE {
        @Override
        InputStream open(InputStream content) {
            return new Quoted(content);
        }
    };

    private static final int LINE = 60;

    abstract InputStream open(InputStream content);

    /** Whether a content with that beginning can be read so. */
    boolean fits(byte[] head) {
        return true;
    }

    /** The one in which a content with that beginning is of a known type. */
    static Optional<OtherReading> of(byte[] head) throws IOException {
        for (OtherReading reading : values()) {
            InputStream other = reading.open(new ByteArrayInputStream(head));
            byte[] octets = other.readNBytes(head.length);
            if (reading.fits(head) && !Magic.of(octets, octets.length).isEmpty()) {
                return Optional.of(reading);
            }
        }
        return Optional.empty();
    }

    /** Ends where the decoder cannot go on. */
    private static final class Lenient extends InputStream {
        private final InputStream decoded;

        Lenient(InputStream decoded) {
            this.decoded = decoded;
        }

        @Override
        public int read() {
            try {
                return decoded.read();
            } catch (IOException e) {
                return -1;
            }
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }
    }

    /** Takes {@code =XX} and line ends behind {@code =} off. */
    private static final class Quoted extends InputStream {
        private final BufferedInputStream content;

        Quoted(InputStream content) {
            this.content = new BufferedInputStream(content);
        }

        @Override
        public int read() throws IOException {
            int octet = content.read();
            while (octet == '=') {
                content.mark(2);
                int first = content.read();
                int second = content.read();
                int high = Character.digit(first, 16);
                int low = Character.digit(second, 16);
                if (high >= 0 && low >= 0) {
                    return high << 4 | low;
                }
                if (first != '\r' || second != '\n') {
                    content.reset();
                    return '=';
                }
                octet = content.read();
            }
            return octet;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }
    }
}
