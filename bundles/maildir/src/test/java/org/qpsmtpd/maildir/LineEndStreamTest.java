package org.qpsmtpd.maildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineEndStreamTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Integer> writes = new ArrayList<>();
    private final Disk.NewFile file =
            new Disk.NewFile() {
                @Override
                public void write(ByteBuffer octets) {
                    writes.add(octets.remaining());
                    byte[] piece = new byte[octets.remaining()];
                    octets.get(piece);
                    written.writeBytes(piece);
                }

                @Override
                public void sync() {}

                @Override
                public void close() {}
            };

    @Test
    void turnsCrlfIntoLf() throws IOException {
        assertThat(converted("a\r\nbc\r\n\r\n", 64, 100)).isEqualTo("a\nbc\n\n");
    }

    @Test
    void keepsCarriageReturnsBeforeOtherOctets() throws IOException {
        assertThat(converted("a\rb\r\r\n\nc\r", 64, 100)).isEqualTo("a\rb\r\n\nc\r");
    }

    @Test
    void keepsOctetsThatAreNoText() throws IOException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        LineEndStream stream = new LineEndStream(file, 64);
        stream.write(all, 0, all.length);
        stream.finish();
        assertThat(written.toByteArray()).isEqualTo(all);
    }

    @Test
    void acceptsSingleOctets() throws IOException {
        LineEndStream stream = new LineEndStream(file, 4);
        for (byte octet : "ab\r\ncd\r\n".getBytes(StandardCharsets.US_ASCII)) {
            stream.write(octet);
        }
        stream.finish();
        assertThat(written).hasToString("ab\ncd\n");
    }

    @Test
    void writesTheBufferAtOnce() throws IOException {
        converted("0123456789".repeat(10), 40, 7);
        assertThat(writes).containsExactly(40, 40, 20);
    }

    @Test
    void givesTheSameHoweverTheMessageIsCutUp() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(120);
            for (int i = 0; i < length; i++) {
                text.append("\r\nxyz\u008d\u0000\u00ff".charAt(random.nextInt(8)));
            }
            String message = text.toString();
            written.reset();
            assertThat(converted(message, 1 + random.nextInt(40), 1 + random.nextInt(30)))
                    .isEqualTo(message.replace("\r\n", "\n"));
        }
    }

    private String converted(String text, int bufferSize, int pieceSize) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        LineEndStream stream = new LineEndStream(file, bufferSize);
        for (int from = 0; from < octets.length; from += pieceSize) {
            stream.write(octets, from, Math.min(pieceSize, octets.length - from));
        }
        stream.finish();
        return written.toString(StandardCharsets.ISO_8859_1);
    }
}
