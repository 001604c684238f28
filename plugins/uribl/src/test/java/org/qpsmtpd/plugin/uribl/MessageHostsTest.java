package org.qpsmtpd.plugin.uribl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.dnslist.ListSubject;
import org.qpsmtpd.mime.StreamMimeReader;

class MessageHostsTest {
    private static final Path SUITES = Path.of("../../../shared/suites");
    private static final DomainList NONE = DomainList.of(List.of());

    private final MessageHosts hosts = new MessageHosts();

    private String found(String message) throws IOException {
        byte[] octets = message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        hosts.body(new StreamMimeReader(), new ByteArrayInputStream(octets));
        return names(NONE, 100);
    }

    private String names(DomainList spared, int most) {
        return hosts.found().wanted(spared, true, most).subjects().stream()
                .map(ListSubject::text)
                .collect(Collectors.joining(" "));
    }

    private String foundInText(String text) throws IOException {
        return found("Content-Type: text/plain; charset=utf-8\n\n" + text + "\n");
    }

    private String foundInPage(String page) throws IOException {
        return found("Content-Type: text/html; charset=utf-8\n\n" + page + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "see http://www.spam.example/x?y|spam.example www.spam.example",
                "HTTPS://SPAM.EXAMPLE:8080/|spam.example",
                "ftp:///spam.example|spam.example",
                "http:\\\\spam.example\\x|spam.example",
                "http://user:pass@spam.example/|spam.example",
                "http://good.example@spam.example/|spam.example",
                "<http://spam.example>, (http://spam2.example).|spam.example spam2.example",
                "http://spam.example.|spam.example",
                "http://a_b.spam.example/|spam.example a_b.spam.example",
                "http://x..spam.example/|spam.example",
                "http://spam%2eexample/|spam.example",
                "http://r.example/?u=http%3A%2F%2Fspam.example%2F|r.example spam.example",
                "http://r.example/?u=http%253A%252F%252Fspam.example|r.example spam.example",
                "http://spam&#46;example/|spam.example",
                "http://münchen.example/|xn--mnchen-3ya.example",
                "http://spam。example/|spam.example",
                "http://ｓｐａｍ．example/|spam.example",
                "http://a.b.co.uk/|b.co.uk a.b.co.uk",
                "http://example.at/|example.at",
                "http://localhost/ http://x/|~~",
                "write to a@spam.com, or not|spam.com",
                "visit www.spam.nosuchtld today|spam.nosuchtld www.spam.nosuchtld",
                "visit spam.museum today.Then rest|spam.museum",
                "a file.txt and e.g. 1.2.3 v1.0.com|0.com v1.0.com",
                "http://1.2.3.4/|1.2.3.4",
                "http://3232235777/ http://16909060/|1.2.3.4",
                "http://0x01020304:80/|1.2.3.4",
                "http://0x1.02.0x3.004/|1.2.3.4",
                "http://1.131844/|1.2.3.4",
                "http://[2001:db8::1]:80/x|2001:db8:0:0:0:0:0:1",
                "http://[::ffff:1.2.3.4]/|1.2.3.4",
                "http://256.1.1.1/ http://1.2.3.4.5/ 1.2.3.4|~~",
                "http://127.0.0.2/ http://10.1.1.1/ http://[::1]/|~~",
                "http://%%%/ http://@/ http://:/ http://[/ ://x.y|~~"
            })
    void findsHostsInText(String text, String names) throws IOException {
        assertThat(foundInText(text)).isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<a href=\"http://spam.example/\">bank.com</a>|spam.example bank.com",
                "<img src=//spam.example/x.png>|spam.example",
                "<a href='http&colon;//spam&period;example'>|spam.example",
                "spam<b></b>mer.c<!-- x -->om|spammer.com",
                "spam<p>mer.com|mer.com",
                "<form action=http://spam.example>|spam.example"
            })
    void findsHostsInPages(String page, String names) throws IOException {
        assertThat(foundInPage(page)).isEqualTo(names);
    }

    @Test
    void takesTransferEncodingsOff() throws IOException {
        String base64 =
                Base64.getMimeEncoder()
                        .encodeToString("http://b.example/".getBytes(StandardCharsets.UTF_8));

        assertThat(
                        found(
                                """
                                Content-Type: multipart/mixed; boundary=b

                                --b
                                Content-Transfer-Encoding: quoted-printable

                                http://a.exam=
                                ple/=3Fx
                                --b
                                Content-Transfer-Encoding: base64

                                %s
                                --b
                                Content-Type: application/octet-stream; name=x.html

                                <a href=http://c.example>
                                --b
                                Content-Type: application/octet-stream

                                http://d.example/
                                --b
                                Content-Type: message/rfc822

                                Subject: within

                                http://e.example/
                                --b--
                                """
                                        .formatted(base64)))
                .isEqualTo("a.example b.example c.example e.example");
    }

    @Test
    void readsEncodedWordsOfTheHeader() {
        hosts.header(List.of("=?utf-8?q?visit_http=3A//spam.example/?="));

        assertThat(names(NONE, 100)).isEqualTo("spam.example");
    }

    @Test
    void leavesOutWhatIsSpared() throws IOException {
        foundInText("http://www.good.example/ http://bad.example/");

        assertThat(names(DomainList.of(List.of("good.example")), 100)).isEqualTo("bad.example");
    }

    @Test
    void looksUpLinksFirstAndCountsWhatIsTooMuch() throws IOException {
        foundInText("one.com two.com http://link.example/ http://link.example/2 http://1.2.3.4/");
        FoundHosts.Wanted wanted = hosts.found().wanted(NONE, true, 2);

        assertThat(wanted.subjects())
                .extracting(ListSubject::text)
                .containsExactly("link.example", "one.com");
        assertThat(wanted.leftOut()).isEqualTo(2);
    }

    @Test
    void findsAHostWhereAPieceEnds() throws IOException {
        String filler = "word ".repeat(6_553);

        assertThat(foundInText(filler + "http://spam.example/ " + filler))
                .isEqualTo("spam.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://",
                "a.",
                "x@",
                "://a",
                ":/",
                "%25",
                "&#37;25",
                "a.com ",
                "\u0430.",
                "<a href=x",
                "http://x@",
                "http:[",
                "a-.",
                "www.",
                "http://a.b/"
            })
    void takesTimeInLineWithTheMessage(String piece) {
        String text = piece.repeat(100_000 / piece.length());
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    foundInText(text);
                    foundInPage(text);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"mime", "spam", "malware"})
    void goesThroughTheSamples(String suite) throws IOException {
        Path folder = SUITES.resolve(suite);
        assumeThat(folder).as("samples, which are not there: skipped").isDirectory();
        int count = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                MessageHosts of = new MessageHosts();
                try (InputStream message = Files.newInputStream(file)) {
                    of.body(new StreamMimeReader(), message);
                }
                of.found().wanted(NONE, true, 100);
                count++;
            }
        }
        assertThat(count).isPositive();
    }
}
