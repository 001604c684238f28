package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BreakerTest {
    private final Breaker breaker = new Breaker(1000);

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(0);
        }
    }

    @Test
    void opensAfterFailuresInARow() {
        fail(4);
        breaker.succeeded();
        fail(4);
        assertThat(breaker.allows(0)).isTrue();

        assertThat(breaker.failed(0)).isTrue();

        assertThat(breaker.allows(999)).isFalse();
        assertThat(breaker.state()).isEqualTo("open");
    }

    @Test
    void triesOneCallAfterTheRest() {
        fail(5);

        assertThat(breaker.allows(1000)).isTrue();
        assertThat(breaker.state()).isEqualTo("trying");
        assertThat(breaker.allows(1000)).isFalse();
    }

    @Test
    void closesWhenTheTryWorks() {
        fail(5);
        breaker.allows(1000);

        assertThat(breaker.succeeded()).isTrue();

        assertThat(breaker.state()).isEqualTo("closed");
        assertThat(breaker.allows(1001)).isTrue();
        assertThat(breaker.failed(1001)).isFalse();
    }

    @Test
    void restsAgainWhenTheTryFails() {
        fail(5);
        breaker.allows(1000);

        assertThat(breaker.failed(1000)).isFalse();

        assertThat(breaker.allows(1999)).isFalse();
        assertThat(breaker.allows(2000)).isTrue();
    }

    @Test
    void passesOverForGoodWhatIsCondemned() {
        breaker.condemn();
        breaker.failed(0);

        assertThat(breaker.succeeded()).isFalse();
        assertThat(breaker.allows(1_000_000)).isFalse();
        assertThat(breaker.state()).isEqualTo("open");
    }
}
