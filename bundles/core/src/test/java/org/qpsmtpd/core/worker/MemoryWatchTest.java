package org.qpsmtpd.core.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryWatchTest {
    private static final long MEGA = 1024L * 1024;

    private final List<Boolean> measured = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final MemoryWatch watch =
            new MemoryWatch(measured::add, () -> "glutton 70 MB", lines::add);

    private void look(long used, long kept) {
        watch.check(used * MEGA, kept * MEGA, 100 * MEGA);
    }

    @Test
    void measuresBeforeItIsShort() {
        look(40, 0);
        assertThat(measured).isEmpty();
        look(60, 0);
        look(70, 0);
        assertThat(measured).containsExactly(true);
        look(40, 40);
        assertThat(measured).containsExactly(true, false);
        assertThat(lines).isEmpty();
    }

    @Test
    void saysNowAndThenWhoTakesIt() {
        look(90, 85);
        for (int i = 0; i < 11; i++) {
            look(90, 85);
        }
        assertThat(lines)
                .containsExactly(
                        "memory is short: 85 of 100 MB are in use after a collection; taken in"
                                + " calls of plugins: glutton 70 MB");
        look(90, 85);
        assertThat(lines).hasSize(2);
    }

    @Test
    void looksAtThisJavaMachine() {
        watch.check();
        assertThat(lines).isEmpty();
        assertThat(Allocation.byThisThread()).isPositive();
    }
}
