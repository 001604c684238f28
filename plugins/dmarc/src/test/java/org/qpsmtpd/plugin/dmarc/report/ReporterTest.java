package org.qpsmtpd.plugin.dmarc.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ReporterTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final Desk desk = new Desk();

    private Reporter started() {
        Reporter reporter =
                new Reporter(
                        new Timetable(desk.gathered), desk.newSending(), desk.clock, Runnable::run);
        reporter.start();
        return reporter;
    }

    @Test
    void sendsAfterMidnightAndOnce() {
        started();
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        desk.clock.advance(Duration.ofHours(12));
        assertThat(desk.hop.mails).isEmpty();
        desk.clock.advance(Duration.ofHours(4));
        assertThat(desk.hop.mails).hasSize(1);
        desk.clock.advance(Duration.ofDays(3));
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void doesNotSendAllAtOnce() {
        Set<Instant> times =
                IntStream.range(0, 50)
                        .mapToObj(i -> Timetable.due(Desk.DAY, "d" + i + ".example"))
                        .collect(Collectors.toSet());
        assertThat(times).hasSizeGreaterThan(10);
        assertThat(times)
                .allMatch(time -> time.isAfter(Instant.parse("2026-05-02T00:04:59Z")))
                .allMatch(time -> time.isBefore(Instant.parse("2026-05-02T03:06:00Z")));
    }

    @Test
    void twoServersSendOneReport() {
        started();
        started();
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void sendsAfterAStartWhatIsDue() {
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        desk.clock.advance(Duration.ofDays(2));
        started();
        desk.clock.advance(Duration.ofSeconds(2));
        assertThat(desk.hop.mails).hasSize(1);
        started();
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void triesAgainWhatWaits() {
        started();
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        desk.hop.answering(450, 450, 450);
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void leavesAHopThatIsAwayInPeace() {
        started();
        for (int i = 0; i < 20; i++) {
            desk.counting(Desk.passing("d" + i + ".example", "192.0.2.1"));
        }
        desk.hop.answering(new int[5]);
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).hasSize(20);
    }

    @Test
    void goesOnWhenTheStoreDoes() {
        started();
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        desk.store.fail("it is away");
        desk.clock.advance(Duration.ofHours(13));
        desk.store.recover();
        desk.clock.advance(Duration.ofHours(11));
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void endsWithItsComponent() {
        Reporter reporter = started();
        desk.counting(Desk.passing("example.org", "192.0.2.1"));
        reporter.close();
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).isEmpty();
        started();
        desk.clock.advance(DAY);
        assertThat(desk.hop.mails).hasSize(1);
    }
}
