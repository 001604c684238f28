package org.qpsmtpd.api.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutageTest {
    private static final Instant NOW = Instant.EPOCH;

    private final Outage outage = new Outage();

    @Test
    void lastsForSomeSeconds() {
        assertThat(outage.why(NOW)).isEmpty();
        assertThat(outage.begin(NOW, "away")).isTrue();
        assertThat(outage.why(NOW.plusSeconds(4))).contains("away");
        assertThat(outage.why(NOW.plusSeconds(5))).isEmpty();
        assertThat(outage.begin(NOW.plusSeconds(5), "still away")).as("known").isFalse();
        assertThat(outage.why(NOW.plusSeconds(9))).contains("still away");
    }

    @Test
    void endsWithAnAnswer() {
        assertThat(outage.end()).isFalse();
        outage.begin(NOW, "away");
        assertThat(outage.end()).isTrue();
        assertThat(outage.why(NOW)).isEmpty();
    }
}
