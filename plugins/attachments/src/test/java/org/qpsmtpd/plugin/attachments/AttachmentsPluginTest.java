package org.qpsmtpd.plugin.attachments;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.mime.StreamMimeReader;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeTransaction;

class AttachmentsPluginTest {
    private static final Path SUITES = Path.of("../../../shared/suites");
    private static final String REFUSED = "An attachment of this kind is not accepted here";
    private static final String UNKNOWN = "The attachments of this message cannot be looked into";

    private final FakeTransaction transaction = FakeTransaction.create();
    private final Map<String, Object> settings = new HashMap<>();
    private final AtomicLong nanos = new AtomicLong();

    private AttachmentsPlugin plugin() {
        return new AttachmentsPlugin(
                Configs.config(AttachmentsConfig.class, settings),
                new StreamMimeReader(),
                new FakePatterns(),
                nanos::get);
    }

    private void rules(String... lines) {
        transaction.connection().config().set("attachments", lines);
    }

    private HookResult data() {
        return plugin().onDataPost(transaction);
    }

    private HookResult attached(String fields, byte[] content) {
        String base64 = Base64.getMimeEncoder().encodeToString(content);
        return sent(fields + "\nContent-Transfer-Encoding: base64", base64);
    }

    private HookResult attached(byte[] content) {
        return attached("Content-Type: application/octet-stream; name=a", content);
    }

    private HookResult sent(String fields, String content) {
        transaction.withMessage(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                        + fields
                        + "\n\n"
                        + content
                        + "\n--b--\n");
        return data();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/plain; name=a.exe",
                "Content-Disposition: attachment; filename=\"a.EXE\"",
                "Content-Disposition: attachment; filename=a.txt; filename=a.exe",
                "Content-Type: text/plain; name=a.txt\nContent-Disposition: inline; filename=a.exe",
                "Content-Disposition: attachment; filename*=utf-8''a%2Eexe",
                "Content-Disposition: attachment; filename*0=a.e; filename*1=xe",
                "Content-Disposition: attachment; filename*1=xe; filename*0*=utf-8''a%2Ee",
                "Content-Disposition: attachment; filename=\"=?utf-8?B?YS5leGU=?=\"",
                "Content-Disposition: attachment; filename==?utf-8?Q?a=2Eexe?=",
                "Content-Disposition: attachment; filename=\"a.exe. . \"",
                "Content-Disposition: attachment; filename=\"a.exe::$DATA\"",
                "Content-Disposition: attachment; filename=\"Re: a.exe\"",
                "Content-Disposition: attachment; filename=\"x\\\\a.exe\"",
                "Content-Type: message/rfc822; name=a.exe"
            })
    void eachNameThatAReaderMayShowIsJudged(String fields) {
        HookResult result = sent(fields, "some text");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text()).isEqualTo(REFUSED);
        assertThat(result.reason()).contains("by an executable ending");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.txt", "a.exe.txt", "exe", "a.pdf", ".", "a"})
    void otherNamesPass(String name) {
        assertThat(sent("Content-Disposition: attachment; filename=" + name, "text"))
                .isEqualTo(HookResult.pass("nothing found"));
    }

    @Test
    void theFirstRuleThatMeansANameCounts() {
        rules("name /^good\\./ accept", "name *.e?e defer Later, please", "name *.exe deny");

        assertThat(sent("Content-Type: text/plain; name=good.exe", ""))
                .isEqualTo(HookResult.pass("nothing found"));
        assertThat(sent("Content-Type: text/plain; name=bad.exe", ""))
                .isEqualTo(HookResult.denySoft("Later, please", "bad.exe by name *.e?e"));
    }

    @Test
    void rulesMayMarkAMessage() {
        rules(
                "name *.doc tag:X-Attached a document",
                "type text/plain quarantine",
                "name *.doc deny");
        HookResult result = sent("Content-Type: text/plain; name=a.doc", "");

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(transaction.headers().first("X-Attached").orElseThrow().value())
                .isEqualTo("a document");
        assertThat(transaction.quarantineReasons())
                .containsExactly("text/plain by type text/plain");
    }

    @Test
    void theBuiltInRulesCanBeLeftOut() {
        settings.put("defaults", false);

        assertThat(sent("Content-Type: text/plain; name=a.exe", "").action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void aProgramIsOneUnderAnyName() {
        assertThat(attached("Content-Type: image/png; name=a.png", Archives.program()).reason())
                .contains("application/vnd.microsoft.portable-executable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MZ is a text that only begins so, and is long enough for sixty-four octets",
                "M"
            })
    void aTextIsNoProgram(String text) {
        assertThat(attached(Archives.text(text)).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void aContentIsReadInEachEncodingThatAReaderMayTake() {
        String base64 = Base64.getMimeEncoder().encodeToString(Archives.program());
        String fields = "Content-Type: image/png\nContent-Transfer-Encoding: ";

        assertThat(sent(fields + "7bit", base64).action()).isEqualTo(Action.DENY);
        assertThat(sent(fields + "quoted-printable", base64.replace("=", "=3D")).action())
                .isEqualTo(Action.DENY);
        assertThat(sent(fields + "8bit", quoted(Archives.program())).action())
                .isEqualTo(Action.DENY);
    }

    private static String quoted(byte[] octets) {
        StringBuilder text = new StringBuilder();
        for (byte octet : octets) {
            text.append(String.format("=%02X", octet & 255));
            text.append(text.length() % 60 == 0 ? "=\n" : "");
        }
        return text.toString();
    }

    @Test
    void aTextThatCouldBeReadAsBase64IsNoProgram() {
        String text = "TV pro" + "gram AAAA ".repeat(20);

        assertThat(sent("Content-Type: text/plain", text).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void filesWithinATextAreFound() {
        assertThat(
                        sent("Content-Type: text/plain", "Hello\nbegin 644 a.exe\n#0V%T\n`\nend\n")
                                .action())
                .isEqualTo(Action.DENY);
        String program = "M35J0" + "`".repeat(56) + "\nM" + "`".repeat(60);
        assertThat(
                        sent(
                                        "Content-Type: text/plain",
                                        "begin 644 a.txt\n" + program + "\n`\nend\n")
                                .reason())
                .contains("portable-executable");
    }

    static Stream<byte[]> archivesWithAProgram() {
        byte[] content = Archives.text("not looked at");
        byte[] long1 =
                Archives.tarEntry("@LongLink", 'L', Archives.text("x/".repeat(80) + "a.exe\0"));
        byte[] pax = Archives.tarEntry("PaxHeader", 'x', Archives.text("14 path=a.exe\n"));
        return Stream.of(
                Archives.zip("a.exe", content),
                Archives.zip("../../a.exe", content),
                Archives.zip("folder\\a.exe", content),
                Archives.zip("a.exe\0.txt", content),
                Archives.zip("a.txt", Archives.program()),
                Archives.zip("a.zip", Archives.zip("b.zip", Archives.zip("a.exe", content))),
                Archives.tar("folder/a.exe", content),
                Archives.gzip(Archives.tar("a.exe", content)),
                Archives.gzip(Archives.program()),
                Archives.zip("a.tar.gz", Archives.gzip(Archives.tar("a.exe", content))),
                joined(long1, Archives.tar("short", content)),
                joined(pax, Archives.tar("short", content)),
                joined(Archives.text("GIF89a".repeat(100)), Archives.zip("a.exe", content)));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Stream.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("archivesWithAProgram")
    void archivesAreLookedInto(byte[] archive) {
        assertThat(attached("Content-Type: application/octet-stream; name=a.zip", archive).action())
                .isEqualTo(Action.DENY);
    }

    @Test
    void gzipSaysItsNameInTwoWays() {
        byte[] named =
                joined(
                        new byte[] {0x1F, (byte) 0x8B, 8, 8, 0, 0, 0, 0, 0, 0},
                        Archives.text("a.exe\0"));

        assertThat(attached(named).action()).isEqualTo(Action.DENY);
        assertThat(
                        attached(
                                        "Content-Type: application/gzip; name=a.exe.gz",
                                        Archives.gzip(Archives.text("x")))
                                .action())
                .isEqualTo(Action.DENY);
    }

    private static byte[] changed(byte[] archive, String from, String to) {
        return new String(archive, ISO_8859_1).replace(from, to).getBytes(ISO_8859_1);
    }

    @Test
    void theDirectoryOfAnArchiveMayNotSaySomethingElse() {
        byte[] archive = Archives.zip("a.txt", Archives.text("x"));
        String directory = new String(archive, ISO_8859_1);
        int at = directory.lastIndexOf("a.txt");
        String other = directory.substring(0, at) + "b.txt" + directory.substring(at + 5);

        assertThat(attached(other.getBytes(ISO_8859_1)))
                .isEqualTo(
                        HookResult.denySoft(
                                UNKNOWN, "a: its directory does not agree with what it holds"));
        assertThat(attached(changed(other.getBytes(ISO_8859_1), "b.txt", "b.exe")).action())
                .isEqualTo(Action.DENY);
    }

    @Test
    void anEncryptedArchiveHasARuleOfItsOwn() {
        byte[] archive = Archives.zip("a.txt", Archives.text("x"));
        archive[6] |= 1;
        int directory = new String(archive, ISO_8859_1).indexOf("PK\1\2");
        archive[directory + 8] |= 1;
        rules("encrypted deny Cannot be looked into");

        assertThat(attached(archive))
                .isEqualTo(HookResult.deny("Cannot be looked into", "encrypted: a by encrypted"));
        rules();
        assertThat(attached(archive).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void anEncryptedRarIsOne() {
        rules("encrypted deny no");
        byte[] five = joined(Archives.text("Rar!\u001A\7\1\0sums!\4"), new byte[40]);
        byte[] four = joined(Archives.text("Rar!\u001A\7\0sus\u0080\0"), new byte[40]);

        assertThat(attached(five).action()).isEqualTo(Action.DENY);
        assertThat(attached(four).action()).isEqualTo(Action.DENY);
        four[10] = 0;
        assertThat(attached(four).action()).isEqualTo(Action.DECLINED);
    }

    private HookResult unjudged(byte[] archive) {
        settings.put("on_error", "deny");
        return attached(archive);
    }

    @Test
    void whatIsTooDeepIsNotJudged() {
        byte[] archive = Archives.text("x");
        for (int i = 0; i < 7; i++) {
            archive = Archives.zip("a.zip", archive);
        }

        assertThat(unjudged(archive))
                .isEqualTo(HookResult.deny(UNKNOWN, "archives are nested deeper than 5"));
    }

    @Test
    void tooManyEntriesAreNotJudged() {
        settings.put("max_entries", 10);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (int i = 0; i < 11; i++) {
            tar.writeBytes(Archives.tarEntry("a" + i, '0', new byte[0]));
        }

        assertThat(unjudged(tar.toByteArray()).reason())
                .isEqualTo("fail: archives have more than 10 entries");
    }

    @Test
    void aBombIsNotUnpacked() {
        byte[] zeros = new byte[20 << 20];

        assertThat(unjudged(Archives.gzip(Archives.tar("a", zeros))).reason())
                .isEqualTo("fail: an archive unpacks to 250 times its size");
        settings.put("max_ratio", 100_000);
        settings.put("max_size", 10);
        assertThat(unjudged(Archives.zip("a", zeros)).reason())
                .isEqualTo("fail: archives unpack to more than 10485760 octets");
    }

    @Test
    void theTimeIsLimited() {
        byte[] archive = Archives.zip("a.txt", Archives.text("x"));
        AttachmentsPlugin plugin =
                new AttachmentsPlugin(
                        Configs.config(AttachmentsConfig.class, Map.of()),
                        new StreamMimeReader(),
                        new FakePatterns(),
                        () -> nanos.addAndGet(6_000_000_000L));
        attached(archive);

        assertThat(plugin.onDataPost(transaction).reason())
                .isEqualTo("fail: the attachments take too long");
    }

    @ParameterizedTest
    @CsvSource({"defer, DENYSOFT", "deny, DENY", "skip, DECLINED"})
    void onErrorSaysWhatBecomesOfIt(String onError, Action action) {
        settings.put("on_error", onError);
        byte[] archive = Archives.zip("a.txt", Archives.text("x"));
        AttachmentsPlugin plugin = plugin();
        attached(Arrays.copyOf(archive, archive.length - 30));

        HookResult result = plugin.onDataPost(transaction);

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.reason()).contains("its directory does not agree");
        assertThat(plugin.figures()).containsExactly(Figure.counter("not_judged", 1));
    }

    @Test
    void aRefusalCountsBeforeWhatCannotBeJudged() {
        byte[] archive = Archives.zip("a.exe", Archives.text("x"));

        assertThat(attached(Arrays.copyOf(archive, archive.length - 30)).text()).isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "name *.exe",
                "name /a/ score:2",
                "size 1 deny",
                "name /(/ deny",
                "encrypted"
            })
    void refusesLinesThatItCannotRead(String line) {
        assertThatThrownBy(() -> plugin().checkLine("attachments", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnotherOnError() {
        settings.put("on_error", "pass");

        assertThatThrownBy(this::plugin).hasMessageContaining("on_error 'pass'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PK\3\4",
                "PK\1\2",
                "PK\5\6",
                "PK",
                "\u001F\u008B\b",
                "begin 644 a\n",
                "=41"
            })
    void takesTimeInLineWithTheContent(String piece) {
        byte[] content = Archives.text(piece.repeat(100_000 / piece.length()));
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    attached(content);
                    attached("Content-Type: text/plain", content);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"mime", "spam", "malware"})
    void goesThroughTheSamples(String suite) throws IOException {
        Path folder = SUITES.resolve(suite);
        assumeThat(folder).as("samples, which are not there: skipped").isDirectory();
        AttachmentsPlugin plugin = plugin();
        int count = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                transaction.withMessage(Files.readAllBytes(file));
                assertThat(plugin.onDataPost(transaction)).as(file.toString()).isNotNull();
                count++;
            }
        }
        assertThat(count).isPositive();
    }
}
