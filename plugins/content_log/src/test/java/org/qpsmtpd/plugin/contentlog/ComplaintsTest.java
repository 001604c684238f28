package org.qpsmtpd.plugin.contentlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    private final Complaints complaints = new Complaints();

    @Test
    void saysTheSameOnceAnHour() {
        assertThat(complaints.isNew("full", NOON)).isTrue();
        assertThat(complaints.isNew("full", NOON.plusSeconds(3599))).isFalse();
        assertThat(complaints.isNew("full", NOON.plusSeconds(3600))).isTrue();
    }

    @Test
    void saysWhatIsNewAtOnce() {
        assertThat(complaints.isNew("full", NOON)).isTrue();
        assertThat(complaints.isNew("gone", NOON)).isTrue();
    }

    @Test
    void isNotSilentForHoursWhenTheClockWasSetBack() {
        assertThat(complaints.isNew("full", NOON)).isTrue();
        assertThat(complaints.isNew("full", NOON.minusSeconds(7200))).isTrue();
    }
}
