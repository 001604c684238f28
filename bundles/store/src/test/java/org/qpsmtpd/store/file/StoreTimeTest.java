package org.qpsmtpd.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The time of the stores beside a clock that is set. */
class StoreTimeTest {
    private static final long YEAR = TimeUnit.DAYS.toMillis(365);

    private long wall = 1_000_000;
    private long millis;

    @Test
    void goesOnEvenlyWhenTheClockIsSet() {
        StoreTime time = time();
        pass(1_000);
        assertThat(time.now()).isEqualTo(1_001_000);
        wall += YEAR;
        assertThat(time.follow()).isEqualTo(YEAR);
        pass(500);
        assertThat(time.now()).isEqualTo(1_001_500);
        wall -= YEAR + 100_000;
        assertThat(time.follow()).isEqualTo(-YEAR - 100_000);
        assertThat(time.now()).isEqualTo(1_001_500);
        assertThat(time.ahead()).isEqualTo(100_000);
    }

    @Test
    void followsAClockThatRunsFaster() {
        StoreTime time = time();
        for (int i = 0; i < 100; i++) {
            pass(1_000);
            wall += 100;
            assertThat(time.follow()).isZero();
        }
        assertThat(time.now()).isEqualTo(wall);
        assertThat(time.ahead()).isZero();
    }

    @Test
    void goesOnAfterARestartWhereItWas() {
        StoreTime time = time();
        wall += YEAR;
        time.follow();
        pass(1_000);
        StoreTime next = time();
        next.resume(time.ahead());
        assertThat(next.now()).isEqualTo(time.now());
    }

    private StoreTime time() {
        return new StoreTime(() -> wall, () -> TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void pass(long by) {
        wall += by;
        millis += by;
    }
}
