package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;

class CallFiguresTest {
    private final CallFigures figures = new CallFigures();

    @Test
    void countsVerdictsAndErrors() {
        figures.answered(Action.OK, 1);
        figures.answered(Action.OK, 1);
        figures.answered(Action.DENY, 1);
        figures.failed();

        assertThat(figures.calls()).isEqualTo(4);
        assertThat(figures.errors()).isEqualTo(1);
        assertThat(figures.verdicts()).isEqualTo(Map.of("OK", 2L, "DENY", 1L));
    }

    @Test
    void hasNothingBeforeTheFirstCall() {
        assertThat(figures.calls()).isZero();
        assertThat(figures.meanMicros()).isZero();
        assertThat(figures.p99Micros()).isZero();
        assertThat(figures.verdicts()).isEmpty();
    }

    @Test
    void knowsTheMeanAndTheSlowOnes() {
        for (int i = 0; i < 98; i++) {
            figures.answered(Action.DECLINED, 10_000);
        }
        figures.answered(Action.DECLINED, 5_000_000);
        figures.answered(Action.DECLINED, 5_000_000);

        assertThat(figures.meanMicros()).isEqualTo((98 * 10 + 2 * 5000) / 100);
        assertThat(figures.p99Micros()).isBetween(5000L, 6250L);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 4, 5, 1000, 123_456_789, Long.MAX_VALUE})
    void boundsEachTimeToWithinAQuarter(long nanos) {
        figures.answered(Action.OK, nanos);

        assertThat(figures.p99Micros()).isBetween(nanos / 1000, nanos / 1000 + nanos / 4000 + 1);
    }
}
