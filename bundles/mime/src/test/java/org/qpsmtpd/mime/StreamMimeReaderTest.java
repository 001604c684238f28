package org.qpsmtpd.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.service.MimePart;

class StreamMimeReaderTest {
    private static final Path SUITE = Path.of("../../../shared/suites/mime");

    private final StreamMimeReader reader = new StreamMimeReader();
    private final List<String> seen = new ArrayList<>();

    private Optional<String> read(String message) throws IOException {
        return read(message.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private Optional<String> read(byte[] message) throws IOException {
        return reader.read(
                new ByteArrayInputStream(message),
                part -> {
                    seen.add(shown(part));
                    return true;
                });
    }

    private static String shown(MimePart part) throws IOException {
        StringWriter text = new StringWriter();
        part.text().transferTo(text);
        return "-".repeat(part.depth())
                + part.type()
                + (part.isContainer() ? " holds" : "")
                + part.fileNames()
                + text.toString().strip();
    }

    @Test
    void showsWhatHoldsBeforeWhatIsHeld() throws IOException {
        assertThat(
                        read(
                                """
                                Content-Type: multipart/mixed; boundary=a

                                --a
                                Content-Type: MULTIPART/Alternative; boundary="b c"

                                --b c
                                Content-Type: text/plain; charset=iso-8859-1
                                Content-Transfer-Encoding: quoted-printable

                                gr=FC=
                                n
                                --b c
                                Content-Type: text/html

                                <p>
                                --b c--
                                --a
                                Content-Type: message/rfc822

                                Subject: within

                                inner
                                --a
                                Content-Type: application/zip; name="a.zip"
                                Content-Disposition: attachment; filename="b.exe"
                                Content-Transfer-Encoding: base64

                                aGVs
                                bG8=
                                --a--
                                """))
                .isEmpty();

        assertThat(seen)
                .containsExactly(
                        "multipart/mixed holds[]",
                        "-multipart/alternative holds[]",
                        "--text/plain[]grün",
                        "--text/html[]<p>",
                        "-message/rfc822 holds[]",
                        "--text/plain[]inner",
                        "-application/zip[b.exe, a.zip]hello");
    }

    @Test
    void aVisitorMayHaveEnough() throws IOException {
        InputStream message =
                new ByteArrayInputStream(
                        "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(reader.read(message, this::noteTheFirst)).isEmpty();
        assertThat(seen).containsExactly("multipart/mixed");
    }

    private boolean noteTheFirst(MimePart part) {
        seen.add(part.type());
        return false;
    }

    @Test
    void whatAVisitorThrowsIsItsOwn() {
        assertThatThrownBy(
                        () ->
                                reader.read(
                                        InputStream.nullInputStream(),
                                        part -> {
                                            throw new IOException("mine");
                                        }))
                .hasMessage("mine");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    attachment; filename=a.exe                                  | a.exe
                    attachment; filename="a b.exe"                              | a b.exe
                    attachment; filename=a b.exe                                | a b.exe
                    attachment; FileName = "a.exe"                              | a.exe
                    attachment; filename*=utf-8''a%2Eexe                        | a.exe
                    attachment; filename*=iso-8859-1'de'gr%FCn.exe              | grün.exe
                    attachment; filename*=''a.exe                               | a.exe
                    attachment; filename*=a.exe                                 | a.exe
                    attachment; filename*0=a; filename*1=".exe"                 | a.exe
                    attachment; filename*1=".exe"; filename*0=a                 | a.exe
                    attachment; filename*1=".exe"; filename*0=a                 | .exea
                    attachment; filename*0*=utf-8''%61; filename*1*=%2eexe      | a.exe
                    attachment; filename="=?utf-8?q?a=2Eexe?="                  | a.exe
                    attachment; filename="=?utf-8?b?YS5leGU=?="                 | a.exe
                    attachment; filename="a.txt"; filename="a.exe"              | a.exe
                    attachment; filename="a.txt"; filename*=utf-8''a.exe        | a.exe
                    attachment; name="a.exe"                                    | a.exe
                    attachment; filename="a.exe                                 | a.exe
                    attachment; filename='a.exe'                                | a.exe
                    attachment; filename="a.e\u0000xe"                          | a.exe
                    attachment; filename*=utf-8''a%E2%80%AEtxt.exe              | atxt.exe
                    attachment; filename*=utf-8''a%0D%0A.exe                    | a.exe
                    attachment; filename*=none'x'a.exe                          | a.exe
                    attachment; filename*=utf-8''100%.exe                       | 100%.exe
                    attachment; filename="C:\\\\x\\\\a.exe"                     | C:\\x\\a.exe
                    """)
    void namesAreReadAsMailReadersDo(String disposition, String name) throws IOException {
        read("Content-Disposition: " + disposition.replace("\\u0000", "\0") + "\n\nx\n");
        assertThat(seen.get(0)).contains(name);
    }

    @Test
    void namesAreBounded() throws IOException {
        StringBuilder field = new StringBuilder("attachment");
        for (int i = 0; i < 2000; i++) {
            field.append("; filename=").append("x".repeat(1200)).append(i).append(".exe");
        }
        List<String> names = new ArrayList<>();
        reader.read(
                new ByteArrayInputStream(
                        ("Content-Disposition: " + field.substring(0, 200_000) + "\r\n\r\nx")
                                .getBytes(StandardCharsets.ISO_8859_1)),
                part -> names.addAll(part.fileNames()));
        assertThat(names).hasSize(32).allSatisfy(name -> assertThat(name).hasSize(1000));
    }

    @Test
    void tooDeepIsSaid() throws IOException {
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            message.append("Content-Type: multipart/mixed; boundary=b").append(i);
            message.append("\n\n--b").append(i).append('\n');
        }
        assertThat(read(message.toString())).get().asString().contains("taken apart");
        assertThat(seen).hasSizeLessThan(60);
    }

    @Test
    void messagesWithinMessagesAreBounded() throws IOException {
        assertThat(read("Content-Type: message/rfc822\n\n".repeat(100_000))).isPresent();
        assertThat(seen).hasSizeLessThan(60);
    }

    @Test
    void tooManyPartsAreSaid() throws IOException {
        String message =
                "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\n".repeat(1_000_000);
        assertThat(read(message)).isPresent();
        assertThat(seen).hasSizeBetween(9_000, 11_000);
    }

    @Test
    void aBoundaryThatBeginsAnotherEndsNothing() throws IOException {
        read(
                """
                Content-Type: multipart/mixed; boundary=a

                --a
                Content-Type: multipart/mixed; boundary=ab

                --ab

                one
                --ab--
                --a

                two
                --a--
                """);
        assertThat(seen)
                .containsExactly(
                        "multipart/mixed holds[]",
                        "-multipart/mixed holds[]",
                        "--text/plain[]one",
                        "-text/plain[]two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\0",
                "Content-Type: multipart/mixed\n\nx",
                "Content-Type: multipart/mixed; boundary=\n\n--\n",
                "Content-Type: ;;;=\nContent-Disposition: ;filename\n\n",
                "Content-Transfer-Encoding: base64\n\n====\u00FF",
                "Content-Transfer-Encoding: quoted-printable\n\n=",
                "Content-Transfer-Encoding: quoted-printable\n\n=ZZ=\n=",
                "Content-Type: text/plain; charset=\"\u00FF\"\n\nx",
                "Content-Type: text/plain; charset=x-none\n\nx",
                "Content-Type: nonsense\n\nx",
            })
    void takesWhatBreaksTheRules(String message) throws IOException {
        read(message);
        assertThat(seen).isNotEmpty();
    }

    /** What others collected to break parsers breaks nothing here. */
    @Test
    void goesThroughTheSuites() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(SUITE), "no suites beside the checkout");
        int messages = 0;
        try (Stream<Path> all = Files.walk(SUITE)) {
            for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                seen.clear();
                read(Files.readAllBytes(each));
                assertThat(seen).as(each.toString()).isNotEmpty();
                messages++;
            }
        }
        assertThat(messages).isGreaterThan(200);
    }
}
