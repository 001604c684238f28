package org.qpsmtpd.dns.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmsTest {
    private final Alarms alarms = new Alarms();
    private final List<String> done = new ArrayList<>();

    private Alarm add(long now, long delay, String name) {
        return alarms.add(now, delay, () -> done.add(name));
    }

    private void ring(long now) {
        alarms.ring(now, Runnable::run);
    }

    private long firstDue() {
        Alarm first = alarms.first();
        return first == null ? -1 : first.due();
    }

    @Test
    void ringsWhatIsDueOnce() {
        add(0, 10, "a");
        add(1, 10, "b");
        add(2, 5, "c");
        assertThat(firstDue()).isEqualTo(7);

        ring(6);
        assertThat(done).isEmpty();
        ring(10);
        assertThat(done).containsExactlyInAnyOrder("a", "c");
        assertThat(firstDue()).isEqualTo(11);
        ring(100);
        ring(100);

        assertThat(done).hasSize(3).contains("b");
        assertThat(firstDue()).isEqualTo(-1);
    }

    @Test
    void whatIsCancelledRingsNever() {
        Alarm first = add(0, 10, "a");
        Alarm middle = add(1, 10, "b");
        add(2, 10, "c");

        middle.cancel();
        middle.cancel();
        first.cancel();
        assertThat(firstDue()).isEqualTo(12);
        ring(20);
        first.cancel();

        assertThat(done).containsExactly("c");
    }

    @Test
    void aTaskMayAddAndCancelOthers() {
        List<Alarm> later = new ArrayList<>();
        alarms.add(
                0,
                10,
                () -> {
                    later.get(0).cancel();
                    add(10, 0, "now");
                    add(10, 7, "new");
                });
        later.add(add(0, 10, "cancelled"));

        ring(10);
        assertThat(done).containsExactly("now");
        ring(17);

        assertThat(done).containsExactly("now", "new");
    }

    /** {@link System#nanoTime} may pass the largest number. */
    @Test
    void theClockMayOverflow() {
        add(Long.MAX_VALUE - 1, 10, "a");

        ring(Long.MAX_VALUE);
        assertThat(done).isEmpty();
        ring(Long.MIN_VALUE + 8);

        assertThat(done).containsExactly("a");
    }
}
