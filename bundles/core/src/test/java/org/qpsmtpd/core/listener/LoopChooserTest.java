package org.qpsmtpd.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.core.Stubs;

class LoopChooserTest {
    private final EventExecutor[] loops = new EventExecutor[5];
    private final Set<Integer> stuck = new HashSet<>();
    private final LoopChooser chooser;

    LoopChooserTest() {
        for (int i = 0; i < loops.length; i++) {
            loops[i] = loop(false);
        }
        chooser = chooser(loop -> loop);
    }

    private static EventExecutor loop(boolean ended) {
        return Stubs.of(EventExecutor.class, Map.of("isShuttingDown", ended));
    }

    private LoopChooser chooser(UnaryOperator<EventExecutor> replace) {
        return new LoopChooser(loops, 3, loop -> stuck.contains(number(loop)), replace);
    }

    private int number(EventExecutor wanted) {
        for (int i = 0; i < loops.length; i++) {
            if (loops[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private List<Integer> next(int count) {
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(number(chooser.next()));
        }
        return chosen;
    }

    @Test
    void takesTheUsualOnesInTurn() {
        assertThat(next(6)).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void passesOverTheStuckOnes() {
        stuck.add(1);
        assertThat(next(6)).containsOnly(0, 2);
    }

    @Test
    void takesTheSpareOnesWhenAllOthersAreStuck() {
        stuck.addAll(Set.of(0, 1, 2));
        assertThat(next(4)).containsOnly(3, 4);

        stuck.add(4);
        assertThat(next(4)).containsOnly(3);

        stuck.remove(2);
        assertThat(next(4)).containsOnly(2);
    }

    @Test
    void replacesOneThatHasEndedOnce() {
        loops[1] = loop(true);
        List<EventExecutor> made = new ArrayList<>();
        LoopChooser replacing =
                chooser(
                        ended -> {
                            made.add(loop(false));
                            return made.get(0);
                        });
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            chosen.add(number(replacing.next()));
        }
        assertThat(made).hasSize(1);
        assertThat(chosen).as("-1 is the new one").containsExactly(0, -1, 2, 0, -1, 2);
    }

    @Test
    void passesOverOneThatHasEndedAtTheEndOfTheServer() {
        loops[1] = loop(true);
        LoopChooser closing = chooser(ended -> ended);
        for (int i = 0; i < 6; i++) {
            assertThat(closing.next().isShuttingDown()).isFalse();
        }
    }

    @Test
    void takesTheUsualOnesWhenAllAreStuck() {
        stuck.addAll(Set.of(0, 1, 2, 3, 4));
        assertThat(next(6)).containsExactly(0, 1, 2, 0, 1, 2);
    }
}
