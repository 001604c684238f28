package org.qpsmtpd.deploy;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
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
        return assertThatThrownBy(() -> check.check(jar)).isInstanceOf(JarFault.class);
    }

    private byte[] bundle() throws IOException {
        TestJar.bundle("org.example", "1").entry("text", "many words ".repeat(99)).write(jar);
        return Files.readAllBytes(jar);
    }

    @Test
    void takesABundle() throws Exception {
        bundle();
        assertThat(new JarCheck().check(jar).getValue("Bundle-SymbolicName"))
                .isEqualTo("org.example");
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

    @Test
    void refusesAFolderWithContent() throws IOException {
        TestJar.bundle("org.example", "1").entry("opt/Helper.class/", "code").write(jar);
        refusal().hasMessage("its folder 'opt/Helper.class/' has a content; build the jar again");
    }

    @Test
    void takesAFolderWithoutContent() throws Exception {
        TestJar.bundle("org.example", "1").entry("opt/", "").entry("opt/a", "b").write(jar);
        var unused = new JarCheck().check(jar);
    }

    @Test
    void refusesNamesByWhichReadersFindDifferentEntries() throws IOException {
        for (String name : List.of("./text", "a//b", "a/./b", "//")) {
            TestJar.bundle("org.example", "1").entry(name, "text").write(jar);
            refusal().hasMessageContaining("the entry '" + name + "', which ");
        }
        TestJar.bundle("org.example", "1").entry("a", "text").entry("a/", "").write(jar);
        refusal().hasMessage("'a' is both an entry and a folder of it; build the jar again");
        TestJar.bundle("org.example", "1").entry("a", "text").entry("a/b", "").write(jar);
        refusal().hasMessage("'a' is both an entry and a folder of it; build the jar again");
        TestJar.bundle("org.example", "1").entry("meta-inf/Manifest.mf", "x: y\n").write(jar);
        refusal().hasMessageContaining("it has the entry 'meta-inf/Manifest.mf' twice");
    }

    /** What is read to its end would go on behind what has been checked and signed. */
    @Test
    void refusesAnEntryThatIsLongerThanItSays() throws IOException {
        byte[] good = "good".getBytes(StandardCharsets.US_ASCII);
        TestJar.bundle("org.example", "1").entry("lib/inner.jar", "good and evil").write(jar);
        byte[] bytes = Files.readAllBytes(jar);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
        CRC32 sum = new CRC32();
        sum.update(good);
        int central = lastHeader(bytes);
        int descriptor = file.getInt(bytes.length - 6) - 16;
        for (int at : new int[] {central + 16, descriptor + 4}) {
            file.putInt(at, (int) sum.getValue());
            file.putInt(at + 8, good.length);
        }
        Files.write(jar, bytes);
        refusal().hasMessage("its entry 'lib/inner.jar' is damaged; copy it again");
    }

    private void assertOddlyLaid(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part);
        }
        Files.write(jar, all.toByteArray());
        refusal().hasMessageStartingWith("it does not lie in the file as a jar does: ");
    }

    @Test
    void refusesWhatIsNoPartOfTheJar() throws IOException {
        byte[] bytes = bundle();
        byte[] foreign = "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII);
        assertOddlyLaid(foreign, bytes);
        assertOddlyLaid(bytes, bytes);
        int start = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN).getInt(bytes.length - 6);
        byte[] directory = Arrays.copyOfRange(bytes, start, bytes.length);
        ByteBuffer.wrap(directory)
                .order(LITTLE_ENDIAN)
                .putInt(directory.length - 6, start + foreign.length);
        assertOddlyLaid(Arrays.copyOf(bytes, start), foreign, directory);
    }

    @Test
    void refusesACommentWhichMayHoldASecondEnd() throws IOException {
        byte[] bytes = bundle();
        bytes[bytes.length - 2] = 4;
        assertOddlyLaid(bytes, "four".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void refusesAnEntryWhoseOwnHeaderIsAnother() throws IOException {
        byte[] bytes = bundle();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("text")] = 'n';
        assertOddlyLaid(bytes);
    }

    @Test
    void refusesAManifestWithLinesThatOthersReadDifferently() throws IOException {
        byte[] bytes =
                TestJar.zip(
                        "META-INF/MANIFEST.MF",
                        "Manifest-Version: 1.0\r\nBundle-SymbolicName: a\rFragment-Host: b\r\n");
        Files.write(jar, bytes);
        refusal().hasMessageStartingWith("its manifest has the end of a line that is only a CR");
    }
}
