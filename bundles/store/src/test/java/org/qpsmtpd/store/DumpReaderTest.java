package org.qpsmtpd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps of qpsmtpd's files. */
class DumpReaderTest {
    private static final String HEAD = "VERSION=3\nformat=%s\ntype=hash\nh_nelem=3\nHEADER=END\n";

    private final Path folder;

    DumpReaderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void readsThePrintedForm() throws Exception {
        assertThat(
                        read(
                                HEAD.formatted("print")
                                        + " 3221225985\n 0:0:5:7\n"
                                        + " 3221225985:a\\5c@b\\c3\\bc\n 1700000000:1:0:0\\00\n"
                                        + " back\\\\slash\n \nDATA=END\n"))
                .containsExactly(
                        "3221225985=0:0:5:7",
                        "3221225985:a\\@b\u00fc=1700000000:1:0:0",
                        "back\\slash=");
    }

    @Test
    void readsTheFormOfOctets() throws Exception {
        assertThat(read(HEAD.formatted("bytevalue") + " 6b31\n 763a31\nDATA=END\n"))
                .containsExactly("k1=v:1");
    }

    @Test
    void readsLinesWithATab() throws Exception {
        assertThat(read("k1\tv 1\r\nk2\tv\t2\n")).containsExactly("k1=v 1", "k2=v\t2");
        assertThat(read("")).isEmpty();
    }

    @Test
    void tellsWhereItCannotBeRead() {
        assertFault("VERSION=2\n", ":1: is of a version");
        assertFault("VERSION=3\nformat=print\n", "does not end");
        assertFault(HEAD.formatted("print") + " key\n", "is not whole");
        assertFault(HEAD.formatted("print") + " key\n value\n", "is not whole");
        assertFault(HEAD.formatted("bytevalue") + " 6\n 63\nDATA=END\n", "two digits");
        assertFault("a line\n", "there is no tab");
        assertFault("a".repeat(1 << 19), "too long");
        assertThatThrownBy(() -> DumpReader.read(folder.resolve("none"), (key, value) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not there");
    }

    private void assertFault(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    private List<String> read(String text) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("dump"), text.getBytes(StandardCharsets.UTF_8));
        List<String> read = new ArrayList<>();
        DumpReader.read(file, (key, value) -> read.add(key + "=" + value));
        return read;
    }
}
