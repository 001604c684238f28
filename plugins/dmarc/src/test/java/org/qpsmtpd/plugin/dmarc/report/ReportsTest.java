package org.qpsmtpd.plugin.dmarc.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.testkit.Configs;

/** The whole of it, by the console. */
final class ReportsTest {
    private final Desk desk = new Desk();

    private Reports reports(Map<String, ?> options, boolean hasHop) {
        return new Reports(
                Configs.config(ReportOptions.class, options),
                desk.store,
                () -> "mx.example.net",
                desk.destinations,
                new ResolverDns(desk.resolver),
                desk.clock,
                hasHop ? Optional.of(desk.hop) : Optional.empty());
    }

    private Reports reports() {
        return reports(Map.of(), true);
    }

    private record Answer(boolean isDone, String text) {}

    private static Answer run(Reports reports, String... words) throws Exception {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        boolean isDone = reports.run(List.of(words), out);
        out.flush();
        return new Answer(isDone, text.toString());
    }

    private static long figure(Reports reports, String name) {
        Map<String, Long> all =
                reports.figures().stream().collect(Collectors.toMap(Figure::name, Figure::value));
        return new HashMap<>(all).getOrDefault(name, -1L);
    }

    @Test
    void showsTheDomainsOfToday() throws Exception {
        Reports reports = reports();
        assertThat(run(reports, "domains").isDone()).isFalse();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        reports.observed(Desk.failing("example.org", "192.0.2.1"));
        assertThat(run(reports, "domains"))
                .isEqualTo(
                        new Answer(
                                true,
                                "example.org: pass 1, fail 1, quarantine 0, reject 1, p=reject\n"));
        assertThat(run(reports, "domains", "2026-04-30").isDone()).isFalse();
        assertThat(figure(reports, "counted")).isEqualTo(2);
    }

    @Test
    void showsAReport() throws Exception {
        Reports reports = reports();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        assertThat(run(reports, "report", "Example.ORG").text())
                .contains("<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">")
                .contains("<source_ip>192.0.2.1</source_ip>");
        assertThat(run(reports, "report", "example.com"))
                .isEqualTo(
                        new Answer(false, "nothing to report about example.com on 2026-05-01\n"));
    }

    @Test
    void sendsWhenItIsAsked() throws Exception {
        Reports reports = reports();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        reports.observed(Desk.observed("example.com", "192.0.2.1", "p=none", true));
        desk.clock.advance(Duration.ofHours(12));
        assertThat(run(reports, "reports").text())
                .isEqualTo("example.org: 1 rows, due at " + due());
        assertThat(run(reports, "send").text().lines())
                .containsExactly(
                        "example.com: sent: nobody wants it",
                        "example.org: sent: to r@example.org");
        assertThat(run(reports, "reports", "2026-05-01").text())
                .isEqualTo("example.org: 1 rows, sent: to r@example.org\n");
        assertThat(run(reports, "send", "2026-05-01").isDone()).isTrue();
        assertThat(desk.hop.mails).hasSize(1);
        assertThat(figure(reports, "reports_sent")).isEqualTo(1);
    }

    private static String due() {
        return Timetable.due(Desk.DAY, "example.org") + "\n";
    }

    @Test
    void stopsWhereTheHopIsAway() throws Exception {
        Reports reports = reports();
        reports.observed(Desk.passing("a.example", "192.0.2.1"));
        reports.observed(Desk.passing("b.example", "192.0.2.1"));
        desk.hop.answering(0);
        Answer answer = run(reports, "send", "2026-05-01");
        assertThat(answer.isDone()).isFalse();
        assertThat(answer.text())
                .contains("the day is not over")
                .contains("a.example: waiting, next at 2026-05-01T12:05:00Z")
                .doesNotContain("b.example");
    }

    @Test
    void keepsReportsWithoutAHop() throws Exception {
        Reports reports = reports(Map.of(), false);
        reports.start();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        assertThat(run(reports, "reports", "2026-05-01").text())
                .isEqualTo("example.org: 1 rows, kept, as there is no report_host\n");
        assertThatThrownBy(() -> run(reports, "send")).hasMessageContaining("no report_host");
    }

    @Test
    void countsNothingWhenItIsOff() throws Exception {
        Reports reports = reports(Map.of("reporting", false), true);
        reports.start();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        assertThat(run(reports, "domains").isDone()).isFalse();
        assertThat(desk.clock.waiting()).isZero();
    }

    @Test
    void doesNotReportWhatIsSentToTheReporter() throws Exception {
        Reports reports = reports(Map.of("report_from", "DMARC@example.net"), true);
        reports.observed(
                new Observed(
                        Instant.parse("2026-05-01T12:00:00Z"),
                        "192.0.2.1",
                        "example.org",
                        Desk.record("p=none; " + Desk.RUA),
                        DmarcPolicy.NONE,
                        true,
                        true,
                        List.of(),
                        "example.org",
                        "example.org",
                        List.of(Address.of("dmarc@EXAMPLE.net")),
                        List.of(),
                        List.of()));
        assertThat(run(reports, "domains").isDone()).isFalse();
    }

    @Test
    void goesOnWithoutTheStore() {
        Reports reports = reports();
        desk.store.fail("it is away");
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        assertThat(figure(reports, "not_counted")).isEqualTo(1);
        desk.store.recover();
        reports.observed(Desk.passing("example.org", "192.0.2.1"));
        assertThat(figure(reports, "counted")).isEqualTo(1);
    }

    @Test
    void tellsOfSingleMessagesOnlyWhereThatIsWanted() {
        String tags = "p=none; ruf=mailto:f@example.org";
        Observed observed = Desk.observed("example.org", "192.0.2.1", tags, false);
        assertThat(reports().isFailureWanted(observed)).isFalse();
        Reports telling = reports(Map.of("failure_reports", true), true);
        assertThat(telling.isFailureWanted(observed)).isTrue();
        assertThat(telling.isFailureWanted(Desk.failing("example.org", "192.0.2.1"))).isFalse();
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> reports(Map.of("report_rows", 0), true))
                .hasMessageContaining("report_rows 0");
        assertThatThrownBy(() -> reports(Map.of("report_from", "nobody"), true))
                .hasMessageContaining("report_from 'nobody'");
        assertThatThrownBy(() -> reports(Map.of("failure_reports", true), false))
                .hasMessageContaining("failure_reports needs report_host");
        assertThatThrownBy(() -> new SmtpHop("host:0", "may", () -> "x"))
                .hasMessageContaining("report_host");
        assertThatThrownBy(() -> new SmtpHop("a b", "may", () -> "x"))
                .hasMessageContaining("report_host");
        new SmtpHop("[::1]:2525", "none", () -> "x").close();
    }

    @Test
    void refusesWordsThatMakeNoSense() {
        for (String words :
                List.of("", "x", "report", "domains x", "domains a b", "send 2999-01-01")) {
            assertThatThrownBy(() -> run(reports(), words.split(" ", -1)))
                    .as(words)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
