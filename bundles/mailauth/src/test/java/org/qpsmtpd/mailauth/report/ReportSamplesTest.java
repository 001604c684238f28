package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.signature.Suites;

/** Reports of others, and what others read in them. */
final class ReportSamplesTest {
    private static AggregateReport aggregate(Path file) throws IOException {
        return Samples.read(Suites.octets(file));
    }

    private static List<Path> files(String folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(Suites.folder("dmarc/reports/" + folder))) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static Map<?, ?> json(Path xml) {
        String name = xml.getFileName().toString().replaceFirst("\\.[a-z]+$", ".json");
        return (Map<?, ?>) Suites.documents(xml.resolveSibling(name)).get(0);
    }

    private static Object at(Object json, String... names) {
        Object value = json;
        for (String name : names) {
            Object next = ((Map<?, ?>) value).get(name);
            value = next == null ? "" : next;
        }
        return value;
    }

    /** Words as the JSON has them: {@code TrustedForwarder} for {@code trusted_forwarder}. */
    private static String word(Object value) {
        String word = String.valueOf(value).toLowerCase(Locale.ROOT);
        return word.equals("unspecified") ? "" : word;
    }

    private static String word(String value) {
        return value.replace("_", "");
    }

    @Test
    void readsAllAggregateReports() throws Exception {
        List<Path> files = files("parsedmarc", ".xml");
        assertThat(files).hasSize(6);
        for (Path file : files) {
            if (file.endsWith("invalid_xml.xml")) {
                assertThatThrownBy(() -> aggregate(file))
                        .isInstanceOf(ReportException.class)
                        .hasMessage("line 5: it is not well-formed XML");
                continue;
            }
            AggregateReport report = aggregate(file);
            assertThat(report.policy().domain()).as("" + file).isEqualTo("example.com");
            assertThat(report.rows()).as("" + file).isNotEmpty();
            assertThat(report.head().end()).isAfter(report.head().begin());
        }
    }

    @Test
    void readsWhatStandsInThem() throws Exception {
        Path folder = Suites.folder("dmarc/reports/parsedmarc");
        AggregateReport empty = aggregate(folder.resolve("empty_reason.xml"));
        assertThat(empty.rows().get(0).reasons()).isEmpty();
        assertThat(empty.rows().get(0).envelopeTo()).isEqualTo("example.net");
        AggregateReport modern =
                aggregate(
                        folder.resolve(
                                "rfc9990-example.net!example.com!1700000000!1700086399.xml"));
        assertThat(modern.policy())
                .isEqualTo(
                        new PublishedPolicy(
                                "example.com",
                                "reject",
                                "quarantine",
                                "reject",
                                "s",
                                "s",
                                "treewalk",
                                "1",
                                "y"));
        assertThat(modern.messages()).isEqualTo(7);
        assertThat(modern.rows().get(1).reasons())
                .containsExactly(new ReportRow.Reason("other", "sender not authorized"));
    }

    @Test
    void readsWhatOthersRead() throws Exception {
        List<Path> files = files("stalwart-dmarc-feedback", ".xml");
        assertThat(files).hasSize(5);
        for (Path file : files) {
            AggregateReport report = aggregate(file);
            Map<?, ?> expected = json(file);
            Object head = at(expected, "report_metadata");
            assertThat(report.head().organization()).isEqualTo(at(head, "org_name"));
            assertThat(report.head().email()).isEqualTo(at(head, "email"));
            assertThat(report.head().contact()).isEqualTo(at(head, "extra_contact_info"));
            assertThat(report.head().id()).isEqualTo(at(head, "report_id"));
            assertThat(report.head().generator()).isEqualTo(at(head, "generator"));
            assertThat(report.head().begin().getEpochSecond())
                    .isEqualTo(number(at(head, "date_range", "begin")));
            assertThat(report.head().end().getEpochSecond())
                    .isEqualTo(number(at(head, "date_range", "end")));
            Object policy = at(expected, "policy_published");
            assertThat(report.policy().domain()).isEqualTo(at(policy, "domain"));
            assertThat(report.policy().policy()).isEqualTo(word(at(policy, "p")));
            assertThat(report.policy().subdomains()).isEqualTo(word(at(policy, "sp")));
            assertThat(report.policy().absent()).isEqualTo(word(at(policy, "np")));
            assertThat(report.policy().failureOptions()).isEqualTo(at(policy, "fo"));
            rows(report.rows(), (List<?>) at(expected, "record"));
        }
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    private static void rows(List<ReportRow> rows, List<?> expected) {
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            ReportRow row = rows.get(i);
            Object theirs = expected.get(i);
            assertThat(row.source()).isEqualTo(at(theirs, "row", "source_ip"));
            assertThat(row.count()).isEqualTo(number(at(theirs, "row", "count")));
            Object evaluated = at(theirs, "row", "policy_evaluated");
            assertThat(row.disposition()).isEqualTo(word(at(evaluated, "disposition")));
            assertThat(row.alignedDkim()).isEqualTo(word(at(evaluated, "dkim")));
            assertThat(row.alignedSpf()).isEqualTo(word(at(evaluated, "spf")));
            assertThat(row.reasons()).hasSameSizeAs((List<?>) at(evaluated, "reason"));
            assertThat(row.headerFrom()).isEqualTo(at(theirs, "identifiers", "header_from"));
            assertThat(row.envelopeFrom()).isEqualTo(at(theirs, "identifiers", "envelope_from"));
            List<?> signatures = (List<?>) at(theirs, "auth_results", "dkim");
            assertThat(row.dkim())
                    .extracting(each -> each.domain() + each.selector() + each.result())
                    .isEqualTo(
                            signatures.stream()
                                    .map(
                                            each ->
                                                    ""
                                                            + at(each, "domain")
                                                            + at(each, "selector")
                                                            + word(at(each, "result")))
                                    .toList());
            List<?> senders = (List<?>) at(theirs, "auth_results", "spf");
            assertThat(row.spf())
                    .extracting(each -> each.domain() + each.result())
                    .isEqualTo(
                            senders.stream()
                                    .map(each -> at(each, "domain") + word(at(each, "result")))
                                    .toList());
        }
    }

    @Test
    void readsFailureReports() throws Exception {
        List<Path> files = files("stalwart-arf", ".eml");
        assertThat(files).hasSize(4);
        for (Path file : files) {
            FeedbackReport report =
                    FeedbackReader.read(new ByteArrayInputStream(Suites.octets(file)));
            Map<?, ?> expected = json(file);
            assertThat(word(report.type().replace("-", "")))
                    .isEqualTo(word(at(expected, "feedback_type")));
            assertThat(report.arrival().map(time -> "" + time.getEpochSecond()).orElse(""))
                    .as("" + file)
                    .isEqualTo("" + at(expected, "arrival_date"));
            assertThat(report.incidents()).isEqualTo(number(at(expected, "incidents")));
            assertThat(report.first("User-Agent")).isEqualTo(at(expected, "user_agent"));
            assertThat(report.first("Source-IP")).isEqualTo(at(expected, "source_ip"));
            assertThat(report.first("Original-Mail-From"))
                    .isEqualTo(at(expected, "original_mail_from"));
            assertThat(report.first("Original-Rcpt-To"))
                    .isEqualTo(at(expected, "original_rcpt_to"));
            assertThat(report.all("Reported-Domain")).isEqualTo(at(expected, "reported_domain"));
            assertThat(report.all("Reported-URI")).isEqualTo(at(expected, "reported_uri"));
            assertThat(report.first("DKIM-Domain")).isEqualTo(at(expected, "dkim_domain"));
            assertThat(report.first("DKIM-Selector")).isEqualTo(at(expected, "dkim_selector"));
            assertThat(report.all("Authentication-Results"))
                    .isEqualTo(
                            ((List<?>) at(expected, "authentication_results"))
                                    .stream().map(text -> unfolded("" + text)).toList());
            assertThat(word(report.first("Auth-Failure")))
                    .isEqualTo(word(at(expected, "auth_failure")));
            if (!at(expected, "headers").equals("")) {
                assertThat(report.isWhole()).isFalse();
                assertThat(report.message()).isEqualTo(at(expected, "headers"));
            }
        }
    }

    private static String unfolded(String text) {
        return text.replaceAll("\n\\s+", " ");
    }
}
