package org.qpsmtpd.plugin.disclaimer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

class DisclaimerPluginTest {
    private static final Path SUITES = Path.of("../../../shared/suites");

    private final FakeTransaction transaction =
            FakeTransaction.create().withSender("a@example.org");
    private final Map<String, Object> settings = new HashMap<>();
    private final Path folder;

    DisclaimerPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void aText() throws IOException {
        transaction.connection().setRelayClient(true);
        file("disclaimer_text", "-- \nOnly for you & me\n\n");
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private DisclaimerPlugin plugin() {
        return new DisclaimerPlugin(
                Configs.config(DisclaimerConfig.class, settings),
                List.of(folder.resolve("missing"), folder));
    }

    private HookResult data() {
        HookResult result = plugin().onDataPost(transaction);
        assertThat(result.action()).isEqualTo(Action.DECLINED);
        return result;
    }

    private String sent(String message) {
        transaction.withMessage(message);
        var unused = data();
        return transaction.message();
    }

    @Test
    void comesBehindAText() {
        assertThat(sent("Subject: x\n\nHello\n"))
                .isEqualTo("Subject: x\n\nHello\n\n-- \nOnly for you & me\n\n");
        transaction.withMessage("Subject: x\n\nHello\n");
        assertThat(data()).isEqualTo(HookResult.pass("added to 1 part"));
    }

    @ParameterizedTest
    @CsvSource({
        "relay, true, false, true",
        "relay, false, true, false",
        "domains, true, false, false",
        "domains, false, true, true",
        "either, false, true, true",
        "either, true, false, true",
        "either, false, false, false",
        "both, true, true, true",
        "both, true, false, false"
    })
    void comesToMailOfOurUsers(String whose, boolean relays, boolean isListed, boolean isAdded) {
        settings.put("whose", whose);
        transaction.connection().setRelayClient(relays);
        if (isListed) {
            transaction.connection().config().set("disclaimer_domains", "Example.ORG");
        }

        assertThat(sent("Subject: x\n\nHello\n").contains("Only for you")).isEqualTo(isAdded);
    }

    @Test
    void aPageHasItBeforeItsEnd() throws IOException {
        file("disclaimer_html", "<hr>Only <b>you</b>");

        assertThat(sent("Content-Type: text/html\n\n<html><Body>Hi</BODY></html>\n"))
                .isEqualTo(
                        """
                        Content-Type: text/html

                        <html><Body>Hi
                        <hr>Only <b>you</b>
                        </BODY></html>
                        """);
        assertThat(sent("Content-Type: text/html\n\n<p>Hi</p>\n"))
                .endsWith("<p>Hi</p>\n<hr>Only <b>you</b>\n\n");
    }

    @Test
    void oneFileStandsForTheOther() throws IOException {
        assertThat(sent("Content-Type: text/html\n\nHi\n"))
                .contains("<p>-- <br>\nOnly for you &amp; me</p>");
        file("disclaimer_html", "<p>Only <b>you</b> &amp; me</p>");
        Files.delete(folder.resolve("disclaimer_text"));
        assertThat(sent("Subject: x\n\nHello\n"))
                .isEqualTo("Subject: x\n\nHello\n\nOnly you & me\n\n");
    }

    @Test
    void eachAlternativeGetsOne() {
        String message =
                """
                Content-Type: multipart/mixed; boundary="a b"

                preamble
                --a b
                Content-Type: multipart/alternative; boundary=b

                --b

                text
                --b
                Content-Type: text/html

                <p>page
                --b--
                --a b
                Content-Type: text/plain; name=notes.txt
                Content-Disposition: attachment; filename=notes.txt

                notes
                --a b
                Content-Type: text/plain

                a footer
                --a b--
                epilogue
                """;

        assertThat(sent(message))
                .isEqualTo(
                        message.replace("text\n--b", "text\n\n-- \nOnly for you & me\n\n--b")
                                .replace(
                                        "<p>page\n",
                                        "<p>page\n<p>-- <br>\nOnly for you &amp; me</p>\n\n"));
        transaction.withMessage(message);
        assertThat(data()).isEqualTo(HookResult.pass("added to 2 parts"));
    }

    @Test
    void theRootOfRelatedPartsGetsIt() {
        String message =
                """
                Content-Type: multipart/related; boundary=b

                --b
                Content-Type: text/plain

                root
                --b
                Content-Type: text/plain

                other
                --b--
                """;

        assertThat(sent(message))
                .isEqualTo(message.replace("root\n", "root\n\n-- \nOnly for you & me\n\n"));
    }

    @Test
    void encodingsAreKept() {
        String base64 = Base64.getEncoder().encodeToString("Grüße".getBytes(UTF_8));
        String fields = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ";
        String encoded = sent(fields + "base64\n\n" + base64 + "\n");

        String body = encoded.substring(encoded.indexOf("\n\n") + 2);
        assertThat(new String(Base64.getMimeDecoder().decode(body.strip()), UTF_8))
                .isEqualTo("Grüße\r\n\r\n-- \r\nOnly for you & me\r\n");
        assertThat(sent(fields + "quoted-printable\n\nGr=C3=BC=C3=9Fe =\nan alle=20\n"))
                .endsWith("\n\nGr=C3=BC=C3=9Fe an alle=20\n\n--=20\nOnly for you & me\n\n");
    }

    @Test
    void aTextBeyondTheCharsetIsSaidInAnother() throws IOException {
        file("disclaimer_text", "Für 5 €");

        String plain = sent("Subject: x\n\nHello\n");
        assertThat(plain)
                .contains("MIME-Version: 1.0\n")
                .contains("Content-Type: text/plain; charset=UTF-8\n")
                .contains("Content-Transfer-Encoding: quoted-printable\n")
                .endsWith("\n\nHello\n\nF=C3=BCr 5 =E2=82=AC\n\n");
        transaction.withMessage(
                "Content-Type: text/plain; format=flowed; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n"
                        .getBytes(ISO_8859_1));
        var unused = data();
        assertThat(transaction.message())
                .isEqualTo(
                        """
                        Content-Type: text/plain; charset=UTF-8; format=flowed
                        Content-Transfer-Encoding: 8bit
                        MIME-Version: 1.0

                        Grüße

                        Für 5 €

                        """);
        assertThat(sent("Content-Type: text/html\n\nHi</html>\n"))
                .isEqualTo("Content-Type: text/html\n\nHi\n<p>F&#252;r 5 &#8364;</p>\n</html>\n");
    }

    @Test
    void aPartOfOthersIsSaidInAnotherCharset() throws IOException {
        file("disclaimer_text", "Für");

        assertThat(
                        sent(
                                """
                                Content-Type: multipart/mixed; boundary=b

                                --b
                                Content-Type: text/plain;
                                  charset=us-ascii
                                X-Other: kept

                                Hello
                                --b--
                                """))
                .contains(
                        """
                        --b
                        X-Other: kept
                        Content-Type: text/plain; charset=UTF-8
                        Content-Transfer-Encoding: quoted-printable

                        Hello

                        F=C3=BCr

                        --b--
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: multipart/signed; boundary=b\n\n--b\n\ntext\n--b--\n",
                "Content-Type: multipart/encrypted; boundary=b\n\n--b\n\ntext\n--b--\n",
                "Content-Type: multipart/mixed; boundary=a\n\n--a\n\ntext\n--a\nContent-Type:"
                        + " multipart/signed; boundary=b\n\n--b\n\ntext\n--b--\n--a--\n",
                "Content-Type: application/pkcs7-mime\n\nabc\n",
                "DKIM-Signature: v=1\n\ntext\n",
                "Subject: x\n\nHello\n-----BEGIN PGP SIGNED MESSAGE-----\nx\n",
                "Content-Type: text/plain; charset=nobody-knows\n\ntext\n",
                "Content-Type: text/plain\nContent-Transfer-Encoding: nobody-knows\n\ntext\n",
                "Content-Type: text/plain\nContent-Disposition: attachment\n\ntext\n",
                "Content-Type: image/png\n\nabc\n",
                "Content-Type: multipart/mixed\n\nno boundary\n",
                "Content-Type: multipart/report; boundary=b\n\n--b\n\ntext\n--b--\n"
            })
    void otherMailStaysAsItIs(String message) {
        assertThat(sent(message)).isEqualTo(message);
        assertThat(data().reason()).startsWith("skip");
    }

    @Test
    void dkimIsNoHindranceWhenToldSo() {
        settings.put("dkim_signed", "append");

        assertThat(sent("DKIM-Signature: v=1\n\ntext\n")).contains("Only for you");
    }

    @Test
    void partsThatAreNestedTooDeepStayAsTheyAre() {
        StringBuilder message = new StringBuilder("Content-Type: multipart/mixed; boundary=b0\n\n");
        for (int i = 0; i < 60; i++) {
            message.append(
                    "--b" + i + "\nContent-Type: multipart/mixed; boundary=b" + (i + 1) + "\n\n");
        }

        assertThat(sent(message.toString())).isEqualTo(message.toString());
    }

    @Test
    void aMessageThatWouldBeTooLargeGoesAsItIs() {
        transaction.withMessage("Subject: x\n\nHello\n").withMaxOctets(30);

        assertThat(data().reason()).startsWith("error: ");
        assertThat(transaction.message()).isEqualTo("Subject: x\n\nHello\n");
    }

    @Test
    void brokenBase64GoesAsItIs() {
        String message = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nA=B\n";

        assertThat(sent(message)).isEqualTo(message);
    }

    @Test
    void withoutATextThereIsNothingToAdd() throws IOException {
        Files.delete(folder.resolve("disclaimer_text"));
        transaction.withMessage("Subject: x\n\nHello\n");

        assertThat(data()).isEqualTo(HookResult.skip("there is no disclaimer_text"));
    }

    @Test
    void refusesOtherSettings() {
        settings.put("whose", "all");

        assertThatThrownBy(this::plugin).hasMessageContaining("relay, domains, either, both");
        assertThatThrownBy(
                        () ->
                                new DisclaimerPlugin(
                                                Configs.config(DisclaimerConfig.class, Map.of()),
                                                List.of())
                                        .checkLine("disclaimer_domains", "a b"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mime", "spam", "malware"})
    void goesThroughTheSamples(String suite) throws IOException {
        Path samples = SUITES.resolve(suite);
        assumeThat(samples).as("samples, which are not there: skipped").isDirectory();
        int count = 0;
        try (Stream<Path> files = Files.walk(samples)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, ISO_8859_1).replaceAll("\r\n|\r|\n", "\r\n");
                transaction.withMessage(text.getBytes(ISO_8859_1));
                assertThat(data()).as(file.toString()).isNotNull();
                comesOutAsItWentIn(text);
                count++;
            }
        }
        assertThat(count).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--b\n", "--", "=", "<", "--b\n\n", "-----BEGIN PG\n", "é"})
    void takesTimeInLineWithTheMessage(String piece) {
        String text = piece.repeat(200_000 / piece.length());
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    sent("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + text);
                    sent("Content-Type: text/html\n\n" + text);
                    sent("Content-Transfer-Encoding: quoted-printable\n\n" + text);
                });
    }

    /** A part that gets no text is copied octet by octet. */
    private static void comesOutAsItWentIn(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String container = "--all-of-it\r\nContent-Type: image/png\r\n\r\n" + text;
        Head head =
                new Head(
                        List.of("Content-Type: multipart/mixed; boundary=all-of-it"), "text/plain");
        var unused =
                new Rewriting(
                                new ByteArrayInputStream(container.getBytes(ISO_8859_1)),
                                new Texts("x", "x"),
                                out)
                        .run(head);
        assertThat(out.toString(ISO_8859_1)).isEqualTo(container);
    }
}
