package org.qpsmtpd.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order of ends against a list that is sorted. */
class EndOrderTest {
    @Test
    void isInOrderWhateverComesAndGoes() {
        Random random = new Random(3);
        EndOrder order = new EndOrder();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Entry entry = new Entry("k" + i, "v", random.nextInt(1_000), 4);
            int at = entries.isEmpty() ? -1 : random.nextInt(entries.size());
            switch (at < 0 ? 0 : random.nextInt(4)) {
                case 0, 1 -> {
                    order.add(entry);
                    entries.add(entry);
                }
                case 2 -> order.replace(entries.set(at, entry), entry);
                default -> order.remove(entries.remove(at));
            }
            if (i % 100 == 0) {
                assertThat(end(order.first())).isEqualTo(firstOf(entries));
            }
        }
        entries.sort(Comparator.comparingLong(entry -> entry.end));
        for (Entry entry : entries) {
            assertThat(end(order.first())).isEqualTo(entry.end);
            order.remove(Objects.requireNonNull(order.first()));
        }
        assertThat(order.first()).isNull();
    }

    private static long end(@Nullable Entry entry) {
        return entry == null ? -1 : entry.end;
    }

    private static long firstOf(List<Entry> entries) {
        return entries.stream().mapToLong(entry -> entry.end).min().orElse(-1);
    }
}
