package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

@Timeout(30)
final class OwnFiguresTest {
    private static Generation of(PluginFigures... plugins) {
        return new Generation(
                1,
                List.of(plugins).stream().map(p -> PluginInstance.of("p", p)).toList(),
                List.of());
    }

    @Test
    void areShownInTheOrderOfThePlugins() {
        Generation generation =
                of(
                        () -> List.of(Figure.counter("lost", 3), Figure.gauge("waiting", -1)),
                        () -> List.of(Figure.counter("seen", 7)));
        assertThat(generation.figures())
                .containsExactly(
                        new PluginFigure("p", "lost", true, 3),
                        new PluginFigure("p", "waiting", false, -1),
                        new PluginFigure("p", "seen", true, 7));
    }

    @Test
    void areLeftOutWhenAPluginFailsOrSaysTooMuch() {
        Generation generation =
                of(
                        () -> {
                            throw new IllegalStateException("broken");
                        },
                        () -> List.of(Figure.counter("two words\n", 1)),
                        () -> Collections.nCopies(1_000, Figure.counter("many", 1)));
        assertThat(generation.figures())
                .hasSize(100)
                .extracting(PluginFigure::name)
                .contains("many");
    }

    @Test
    void aPluginThatHangsIsNotAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch hung = new CountDownLatch(1);
        Generation generation =
                of(
                        () -> {
                            asked.incrementAndGet();
                            while (end.getCount() > 0) {
                                try {
                                    end.await();
                                } catch (InterruptedException e) {
                                    hung.countDown(); // it takes no notice
                                }
                            }
                            return List.of();
                        });
        assertThat(generation.figures()).isEmpty();
        assertThat(hung.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(generation.figures()).isEmpty();
        assertThat(asked).hasValue(1);
        end.countDown();
    }
}
