package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarCheckTest {
    private final Path jar;

    JarCheckTest(@TempDir Path folder) {
        jar = folder.resolve("x.jar");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refusal() {
        return refusal(new JarCheck());
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refusal(JarCheck check) {
        return assertThatThrownBy(() -> check.check(jar, false)).isInstanceOf(JarFault.class);
    }

    private byte[] bundle() throws IOException {
        TestJar.bundle("org.example", "1").entry("text", "many words ".repeat(99)).write(jar);
        return Files.readAllBytes(jar);
    }

    @Test
    void takesABundle() throws Exception {
        bundle();
        assertThat(new JarCheck().check(jar, false))
                .extracting(ZipEntry::getName)
                .containsExactly("META-INF/MANIFEST.MF", "text");
    }

    @Test
    void refusesGarbage() throws IOException {
        Files.writeString(jar, "PK no jar at all");
        refusal().hasMessageStartingWith("it is no jar, or not a whole one: ");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Files.createFile(jar);
        refusal().hasMessageStartingWith("it is no jar, or not a whole one: ");
    }

    @Test
    void refusesATruncatedJarWhereverItEnds() throws IOException {
        byte[] whole = bundle();
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(jar, Arrays.copyOf(whole, length));
            refusal().hasMessageStartingWith("it is no jar, or not a whole one: ");
        }
    }

    @Test
    void refusesAnEntryWhoseChecksumDiffers() throws IOException {
        byte[] bytes = bundle();
        ByteBuffer directory = ByteBuffer.wrap(bytes);
        int crc = lastHeader(bytes) + 16;
        directory.putInt(crc, directory.getInt(crc) + 1);
        Files.write(jar, bytes);
        refusal().hasMessage("its entry 'text' is damaged; copy it again");
    }

    private static int lastHeader(byte[] bytes) {
        for (int i = bytes.length - 4; i >= 0; i--) {
            if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
                return i;
            }
        }
        throw new AssertionError("no header");
    }

    @Test
    void refusesNamesThatLeadOutOfTheJar() throws IOException {
        for (String name :
                new String[] {
                    "../../etc/x", "a/../../x", "/etc/x", "a\\..\\x", "C:x", "a\u0007b"
                }) {
            TestJar.bundle("org.example", "1").entry(name, "text").write(jar);
            refusal().hasMessageEndingWith("which leads out of it; build the jar again");
        }
    }

    @Test
    void refusesAJarThatUnpacksToTooMuch() throws IOException {
        TestJar.bundle("org.example", "1").entry("zeros", "0".repeat(1 << 20)).write(jar);
        assertThat(Files.size(jar)).isLessThan(10_000);
        refusal(new JarCheck(10, 1 << 20))
                .hasMessage("unpacked it has more than 1048576 bytes; put a smaller jar there");
    }

    @Test
    void refusesAJarWithTooManyEntries() throws IOException {
        TestJar.bundle("org.example", "1").entry("a", "").entry("b", "").write(jar);
        refusal(new JarCheck(2, 1 << 20)).hasMessageStartingWith("it has 3 entries, and 2 is the");
    }

    @Test
    void refusesTheSameEntryTwice() throws IOException {
        TestJar.bundle("org.example", "1").entry("one", "a").entry("two", "b").write(jar);
        String text = Files.readString(jar, StandardCharsets.ISO_8859_1).replace("two", "one");
        Files.writeString(jar, text, StandardCharsets.ISO_8859_1);
        refusal().hasMessage("it has the entry 'one' twice; build the jar again");
    }

    @Test
    void refusesAJarThatIsNoBundle() throws IOException {
        TestJar.plain().entry("text", "a").write(jar);
        refusal()
                .hasMessageStartingWith("it is no bundle: its manifest has no Bundle-SymbolicName");
    }
}
