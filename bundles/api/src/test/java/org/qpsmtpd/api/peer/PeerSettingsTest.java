package org.qpsmtpd.api.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerSettingsTest {
    private static final List<PeerAddress> PLACE = PeerAddress.parseAll("at", "h:1", 0);

    private record Given(
            String timeoutSeconds, String connections, String failures, String pauseSeconds)
            implements PeerOptions {
        @Override
        public Class<? extends Annotation> annotationType() {
            return PeerOptions.class;
        }
    }

    @Test
    void readsTheOptions() {
        assertThat(PeerSettings.of(PLACE, new Given("280", "7", "3", "60")))
                .isEqualTo(
                        new PeerSettings(
                                PLACE,
                                Duration.ofSeconds(280),
                                7,
                                Duration.ZERO,
                                3,
                                Duration.ofMinutes(1)));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> PeerSettings.of(PLACE, new Given("281", "7", "3", "60")))
                .hasMessage("timeoutSeconds '281' is not a whole number from 1 to 280");
        assertThatThrownBy(() -> PeerSettings.of(PLACE, new Given("1", "-1", "3", "60")))
                .hasMessage("connections '-1' is not a whole number from 1 to 10000");
        assertThatThrownBy(() -> PeerSettings.of(PLACE, new Given("1", "1", "", "60")))
                .hasMessageStartingWith("failures ''");
        assertThatThrownBy(() -> PeerSettings.of(List.of(), new Given("1", "1", "1", "1")))
                .hasMessage("a peer needs an address");
    }
}
