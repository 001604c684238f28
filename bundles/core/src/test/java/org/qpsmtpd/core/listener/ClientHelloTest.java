package org.qpsmtpd.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloTest {
    private static final int MOST_RECORD = 16 * 1024;

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Something after its length, which takes so many octets. */
    private static byte[] sized(int width, byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            out.write(all.size() >>> shift);
        }
        out.writeBytes(all.toByteArray());
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] hello(byte[]... extensions) {
        byte[] body =
                joined(
                        new byte[] {3, 3},
                        new byte[32],
                        sized(1, new byte[32]),
                        sized(2, new byte[] {0x13, 1, 0x13, 2}),
                        sized(1, new byte[1]),
                        sized(2, extensions));
        return joined(new byte[] {1}, sized(3, body));
    }

    private static byte[] asking(byte[] name) {
        byte[] other = joined(new byte[] {0, 43}, sized(2, new byte[] {2, 3, 4}));
        byte[] entry = joined(new byte[] {0}, sized(2, name));
        return hello(other, joined(new byte[] {0, 0}, sized(2, sized(2, entry))));
    }

    private static byte[] records(byte[] message, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int from = 0; from < message.length; from += size) {
            int to = Math.min(message.length, from + size);
            out.writeBytes(new byte[] {22, 3, 1});
            out.writeBytes(sized(2, Arrays.copyOfRange(message, from, to)));
        }
        return out.toByteArray();
    }

    /** What was asked for; null when more must come. */
    private static @Nullable String read(byte[] octets, int length) {
        ByteBuf in = Unpooled.wrappedBuffer(joined(new byte[3], octets), 3, length);
        try {
            ClientHello.Name name = ClientHello.read(in);
            assertThat(in.readableBytes()).isEqualTo(length);
            return name == null ? null : new String(name.getEncoded(), StandardCharsets.ISO_8859_1);
        } finally {
            in.release();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mx.example.com",
                "mx.example.com.",
                "mail_server",
                "[::1]",
                "192.0.2.1",
                "a\\",
                ".",
                "xn--\u00fc",
                "\u0000\u00ff"
            })
    void readsAnyName(String name) {
        byte[] message = asking(octets(name));
        for (int size : new int[] {2, 7, message.length}) {
            byte[] records = records(message, size);

            assertThat(read(records, records.length)).isEqualTo(name);
            for (int length = 0; length < records.length; length++) {
                assertThat(read(records, length)).isNull();
            }
        }
    }

    @Test
    void readsALongName() {
        String name = "n".repeat(20_000);
        byte[] records = records(asking(octets(name)), MOST_RECORD);

        assertThat(read(records, records.length)).isEqualTo(name);
    }

    @Test
    void looksForNoNameInManySmallRecords() {
        byte[] cutUp = records(asking(octets("mx.example.com")), 1);
        assertThat(read(cutUp, cutUp.length)).isEmpty();
    }

    @Test
    void findsNoNameWhereNoneIs() {
        byte[] without = records(hello(), MOST_RECORD);
        assertThat(read(without, without.length)).isEmpty();
        byte[] old = records(joined(new byte[] {1}, sized(3, new byte[34])), MOST_RECORD);
        assertThat(read(old, old.length)).isEmpty();
        byte[] huge = records(asking(new byte[40_000]), MOST_RECORD);
        assertThat(read(huge, huge.length)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO a", "G", "\u0080.", "\25\3\1\0\2\1\0", "\26\3\1\0\0"})
    void leavesToTheEngineWhatIsNoHello(String text) {
        assertThat(read(octets(text), text.length())).isEmpty();
    }

    @Test
    void endsWithAnyOctets() {
        Random random = new Random(5);
        byte[] good = records(asking(octets("mx.example.com")), MOST_RECORD);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            read(bad, random.nextInt(bad.length + 1));
        }
    }
}
