package org.qpsmtpd.plugin.dmarc.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.report.ReportRow;

final class GatheringTest {
    private static List<ReportRow> rows(Desk desk, String domain) throws Exception {
        List<ReportRow> rows = new ArrayList<>();
        desk.gathered.rows(Desk.DAY, domain, rows::add);
        return rows;
    }

    private static About about(Desk desk, String domain) throws Exception {
        return desk.gathered.about(Desk.DAY, domain).orElseThrow();
    }

    @Test
    void countsTheSameRowsUp() throws Exception {
        Desk desk =
                new Desk()
                        .counting(
                                Desk.passing("example.org", "192.0.2.1"),
                                Desk.passing("example.org", "192.0.2.1"),
                                Desk.failing("example.org", "192.0.2.1"),
                                Desk.passing("example.org", "192.0.2.2"),
                                Desk.passing("example.com", "192.0.2.1"));
        assertThat(rows(desk, "example.org"))
                .extracting(row -> row.source() + " " + row.disposition() + " " + row.count())
                .containsExactly("192.0.2.1 pass 2", "192.0.2.1 reject 1", "192.0.2.2 pass 1");
        assertThat(rows(desk, "example.com")).hasSize(1);
        assertThat(about(desk, "example.org").counts()).isEqualTo(new About.Counts(3, 1, 0, 1));
        assertThat(desk.gathered.domains(Desk.DAY)).containsExactly("example.com", "example.org");
    }

    @Test
    void keepsAllThatAReportTells() throws Exception {
        Observed observed = Desk.failing("example.org", "2001:db8::1");
        Desk desk = new Desk().counting(observed);
        assertThat(rows(desk, "example.org")).containsExactly(observed.row());
        ReportRow row = observed.row();
        assertThat(row.envelopeTo()).isEqualTo("example.net");
        assertThat(row.alignedDkim()).isEqualTo("fail");
        assertThat(about(desk, "example.org").policy()).isEqualTo(observed.policy());
        assertThat(about(desk, "example.org").addressees()).isEqualTo("mailto:r@example.org");
    }

    @Test
    void takesTheLastPolicyOfTheDay() throws Exception {
        Desk desk =
                new Desk()
                        .counting(
                                Desk.observed("example.org", "192.0.2.1", Desk.RUA, true),
                                Desk.passing("example.org", "192.0.2.1"));
        assertThat(about(desk, "example.org").policy().policy()).isEqualTo("reject");
    }

    @Test
    void countsTogetherWithAnotherServer() throws Exception {
        Desk desk = new Desk().counting(Desk.passing("example.org", "192.0.2.1"));
        Gathering other = new Gathering(desk.store, desk.clock, desk.bounds);
        var unused = other.count(Desk.passing("example.org", "192.0.2.1"));
        assertThat(rows(desk, "example.org")).extracting(ReportRow::count).containsExactly(2L);
        assertThat(about(desk, "example.org").counts().passed()).isEqualTo(2);
    }

    @Test
    void hasRowsOnlyForThoseWhoWantReports() throws Exception {
        Desk desk =
                new Desk()
                        .counting(
                                Desk.observed("example.org", "192.0.2.1", "p=none", true),
                                Desk.observed(
                                        "example.com", "192.0.2.1", "p=none; rua=https:x", true));
        assertThat(rows(desk, "example.org")).isEmpty();
        assertThat(rows(desk, "example.com")).isEmpty();
        assertThat(about(desk, "example.org").counts().passed()).isEqualTo(1);
    }

    @Test
    void leavesOutRowsAboveTheBoundAndSaysSo() throws Exception {
        Desk desk = new Desk(new Gathering.Bounds(100, 3, 100));
        IntStream.rangeClosed(1, 9)
                .forEach(i -> desk.counting(Desk.passing("example.org", "192.0.2." + i)));
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        assertThat(rows(desk, "example.org")).hasSize(3);
        About about = about(desk, "example.org");
        assertThat(about.left()).isEqualTo(6);
        assertThat(about.counts().passed()).isEqualTo(10);
        assertThat(desk.making.head(Desk.DAY, "example.org", about).errors())
                .containsExactly("6 messages are in no row: there are too many rows");
    }

    @Test
    void boundsRowsOfAllDomainsAndDomains() throws Exception {
        Desk desk = new Desk(new Gathering.Bounds(4, 100, 2));
        IntStream.rangeClosed(1, 9)
                .forEach(i -> desk.counting(Desk.passing("d" + i + ".example", "192.0.2.1")));
        assertThat(desk.gathered.domains(Desk.DAY)).hasSize(4);
        assertThat(rows(desk, "d2.example")).hasSize(1);
        assertThat(rows(desk, "d3.example")).isEmpty();
        assertThat(desk.store.size().toCompletableFuture().join()).isLessThan(20);
    }

    @Test
    void textOfStrangersStaysInItsPlace() throws Exception {
        ReportRow row =
                new ReportRow(
                        "192.0.2.1",
                        1,
                        "none",
                        "pass",
                        "fail",
                        List.of(new ReportRow.Reason("other", "a\ncount 99")),
                        "example.org\nsource x",
                        "",
                        "x".repeat(5000),
                        List.of(new ReportRow.Dkim("a b", "", "fail", "why it is\tso")),
                        List.of());
        ReportRow read = RowText.read(RowText.counted(RowText.of(row), 7));
        assertThat(read.count()).isEqualTo(7);
        assertThat(read.headerFrom()).isEqualTo("example.org source x");
        assertThat(read.envelopeTo()).hasSize(512);
        assertThat(read.dkim())
                .containsExactly(new ReportRow.Dkim("a_b", "", "fail", "why it is so"));
        assertThat(read.reasons()).containsExactly(new ReportRow.Reason("other", "a count 99"));
    }
}
