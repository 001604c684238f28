package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AggregateReaderTest {
    private static final String TOP =
            "<feedback><report_metadata><org_name>x</org_name></report_metadata>"
                    + "<policy_published><domain>example.org</domain></policy_published>";
    private static final String ROW =
            "<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row></record>";

    private static byte[] xml() throws IOException {
        return Samples.xml(new AggregateReport(Samples.HEAD, Samples.POLICY, List.of(Samples.ROW)));
    }

    private static byte[] gzip(byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packer = new GZIPOutputStream(out)) {
            packer.write(octets);
        }
        return out.toByteArray();
    }

    private static byte[] zip(String name, byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream packer = new ZipOutputStream(out)) {
            packer.putNextEntry(new ZipEntry(name));
            packer.write(octets);
            packer.closeEntry();
        }
        return out.toByteArray();
    }

    @Test
    void readsWhatIsPacked() throws Exception {
        AggregateReport plain = Samples.read(xml());
        assertThat(Samples.read(gzip(xml()))).isEqualTo(plain);
        assertThat(Samples.read(zip("a!b!1!2.XML", xml()))).isEqualTo(plain);
    }

    @Test
    void refusesArchivesOfSomethingElse() {
        assertThatThrownBy(() -> Samples.read(zip("report.exe", xml())))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("does not begin with a file .xml");
        assertThatThrownBy(() -> Samples.read("PK\3\4")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Samples.read(Arrays.copyOf(gzip(xml()), 60)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void stopsAtABomb() throws Exception {
        byte[] bomb = gzip((TOP + "<x>" + " ".repeat(20 << 20)).getBytes(StandardCharsets.UTF_8));
        assertThat(bomb.length).isLessThan(30_000);
        assertThatThrownBy(() -> Samples.read(bomb))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("more than 200 times as large");
        assertThatThrownBy(() -> Samples.read(zip("a.xml", new byte[20 << 20])))
                .isInstanceOf(IOException.class);
        ReportLimits small = new ReportLimits(1000, 10, 100);
        assertThatThrownBy(
                        () ->
                                AggregateReader.read(
                                        new ByteArrayInputStream(
                                                (TOP + " ".repeat(100_000))
                                                        .getBytes(StandardCharsets.UTF_8)),
                                        small))
                .hasMessageContaining("more than 1000 octets");
    }

    @Test
    void stopsAtTooManyRows() {
        String rows = TOP + ROW.repeat(11) + "</feedback>";
        ReportLimits few = new ReportLimits(1 << 20, 10, 100);
        assertThatThrownBy(
                        () ->
                                AggregateReader.read(
                                        new ByteArrayInputStream(
                                                rows.getBytes(StandardCharsets.UTF_8)),
                                        few))
                .hasMessageContaining("more than 10 rows");
    }

    @Test
    void stopsAtWhatIsTooDeepOrTooMuch() {
        assertThatThrownBy(() -> Samples.read(TOP + "<x>".repeat(40)))
                .hasMessageContaining("deeper than 32");
        assertThatThrownBy(() -> Samples.read(TOP + "<record>" + "<x>".repeat(40)))
                .hasMessageContaining("deeper than 32");
        assertThatThrownBy(() -> Samples.read(TOP + "<record>" + "<x/>".repeat(3000)))
                .hasMessageContaining("too much in one element");
        assertThatThrownBy(() -> Samples.read(TOP + "<record>" + "x".repeat(200_000)))
                .hasMessageContaining("too much in one element");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE feedback [<!ENTITY a \"b\">]>",
                "<!DOCTYPE feedback SYSTEM \"file:///etc/passwd\">",
                "<!DOCTYPE feedback PUBLIC \"x\" \"http://127.0.0.1:1/\">"
            })
    void knowsNoDocumentTypes(String type) {
        assertThatThrownBy(() -> Samples.read(type + TOP + "</feedback>"))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("document type");
    }

    @Test
    void knowsNoEntities() {
        String text = TOP.replace("<org_name>x", "<org_name>&a;") + "</feedback>";
        assertThatThrownBy(() -> Samples.read(text)).isInstanceOf(ReportException.class);
    }

    @Test
    void saysWhere() {
        assertThatThrownBy(() -> Samples.read("<feedback>\n<a>\n</b></feedback>"))
                .isInstanceOf(ReportException.class)
                .hasMessage("line 3: it is not well-formed XML");
        assertThatThrownBy(() -> Samples.read("<html/>"))
                .hasMessageContaining("first element is not feedback");
        assertThatThrownBy(() -> Samples.read("<feedback/>"))
                .hasMessageContaining("no report_metadata");
        assertThatThrownBy(() -> Samples.read(TOP + "<record/></feedback>"))
                .hasMessageContaining("count of a row");
        assertThatThrownBy(() -> Samples.read("")).isInstanceOf(ReportException.class);
    }

    @Test
    void endsWithEveryDamage() throws Exception {
        Random random = new Random(9990);
        byte[] sound = xml();
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = i % 2 == 0 ? sound.clone() : gzip(sound);
            for (int j = random.nextInt(4); j >= 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(Samples.read(damaged).rows()).hasSizeLessThan(2);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
