package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdbFileTest {
    private final Path directory;

    CdbFileTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private record Slot(int hash, int position) {}

    /** A constant database, built as its format says. */
    static byte[] cdb(List<String> keys, List<String> values) {
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        out.position(2048);
        List<List<Slot>> tables = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            tables.add(new ArrayList<>());
        }
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i).getBytes(StandardCharsets.UTF_8);
            byte[] value = values.get(i).getBytes(StandardCharsets.UTF_8);
            long hash = 5381;
            for (byte b : key) {
                hash = ((hash * 33) & 0xFFFFFFFFL) ^ (b & 0xFF);
            }
            tables.get((int) (hash % 256)).add(new Slot((int) hash, out.position()));
            out.putInt(key.length).putInt(value.length).put(key).put(value);
        }
        for (int i = 0; i < 256; i++) {
            writeTable(out, i, tables.get(i));
        }
        byte[] file = new byte[out.position()];
        out.flip().get(file);
        return file;
    }

    private static void writeTable(ByteBuffer out, int number, List<Slot> entries) {
        int start = out.position();
        int length = entries.size() * 2;
        out.putInt(number * 8, start).putInt(number * 8 + 4, length);
        out.position(start + length * 8);
        for (Slot entry : entries) {
            int at = (int) (((entry.hash() & 0xFFFFFFFFL) >>> 8) % length);
            while (out.getInt(start + at * 8 + 4) != 0) {
                at = (at + 1) % length;
            }
            out.putInt(start + at * 8, entry.hash()).putInt(start + at * 8 + 4, entry.position());
        }
    }

    private Path write(byte[] octets) throws IOException {
        return Files.write(directory.resolve("test.cdb"), octets);
    }

    @Test
    void findsEveryKey() throws IOException {
        List<String> keys = IntStream.range(0, 2000).mapToObj(i -> "key-" + i).toList();
        List<String> values = IntStream.range(0, 2000).mapToObj(i -> "value " + i).toList();
        CdbFile file = new CdbFile(write(cdb(keys, values)));

        for (int i = 0; i < keys.size(); i++) {
            assertThat(file.get(keys.get(i))).contains(values.get(i));
        }
        assertThat(file.get("key-2000")).isEmpty();
        assertThat(file.get("")).isEmpty();
    }

    @Test
    void takesAnyText() throws IOException {
        CdbFile file = new CdbFile(write(cdb(List.of("", "caf\u00e9"), List.of("none", "\u4f60"))));

        assertThat(file.get("")).contains("none");
        assertThat(file.get("caf\u00e9")).contains("\u4f60");
    }

    @Test
    void knowsWhetherItExists() throws IOException {
        assertThat(new CdbFile(directory.resolve("no.cdb")).exists()).isFalse();
        assertThat(new CdbFile(write(cdb(List.of(), List.of()))).exists()).isTrue();
        assertThat(new CdbFile(write(cdb(List.of(), List.of()))).get("a")).isEmpty();
    }

    @Test
    void isReadAgainAfterAChange() throws IOException {
        Path path = write(cdb(List.of("a"), List.of("old")));
        Files.setLastModifiedTime(path, FileTime.fromMillis(1000));
        CdbFile file = new CdbFile(path);
        assertThat(file.get("a")).contains("old");

        write(cdb(List.of("a"), List.of("new")));
        assertThat(file.get("a")).contains("old");
        file.refresh();

        assertThat(file.get("a")).contains("new");
    }

    @Test
    void refusesWhatIsTooShort() throws IOException {
        CdbFile file = new CdbFile(write(new byte[2047]));

        assertThatThrownBy(() -> file.get("a"))
                .isInstanceOf(IOException.class)
                .hasMessage("not a constant database");
    }

    @Test
    void survivesDamage() throws IOException {
        byte[] good = cdb(List.of("a", "b", "c"), List.of("1", "2", "3"));
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            byte[] damaged = good.clone();
            for (int i = 0; i < 20; i++) {
                int at = 2048 + random.nextInt(damaged.length - 2048);
                damaged[at] = (byte) random.nextInt(256);
            }
            CdbFile file = new CdbFile(write(damaged));
            for (String key : List.of("a", "b", "c", "d")) {
                try {
                    assertThat(file.get(key).orElse("")).hasSizeLessThan(200);
                } catch (IOException e) {
                    assertThat(e).hasMessage("not a constant database");
                }
            }
        }
    }
}
