package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.mail.Transaction;

class GenerationTest {
    /** A queue that takes anything. */
    private static final class BinaryQueue implements QueueHook {
        @Override
        public HookResult onQueue(Transaction transaction) {
            return HookResult.OK;
        }

        @Override
        public boolean takesBinary() {
            return true;
        }
    }

    private static Generation of(Object... plugins) {
        return new Generation(
                7,
                List.of(plugins).stream().map(p -> PluginInstance.of("p", p)).toList(),
                List.of());
    }

    @Test
    void keepsTheOrderOfEachHook() {
        HeloHook first = (connection, host) -> HookResult.OK;
        HeloHook second = (connection, host) -> HookResult.DENY;
        Generation generation = of(first, new BinaryQueue(), second);

        assertThat(generation.chain(HookPoint.HELO))
                .extracting(link -> link.plugin().plugin())
                .containsExactly(first, second);
        assertThat(generation.has(HookPoint.HELO)).isTrue();
        assertThat(generation.has(HookPoint.EHLO)).isFalse();
        assertThat(generation.chain(HookPoint.EHLO)).isEmpty();
        assertThat(generation.number()).isEqualTo(7);
    }

    @Test
    void offersBinaryOnlyWhenAllQueuesTakeIt() {
        QueueHook text = transaction -> HookResult.OK;

        assertThat(of().takesBinary()).isFalse();
        assertThat(of(new BinaryQueue()).takesBinary()).isTrue();
        assertThat(of(new BinaryQueue(), new BinaryQueue()).takesBinary()).isTrue();
        assertThat(of(new BinaryQueue(), text).takesBinary()).isFalse();
    }

    @Test
    void countsItsSessions() {
        Generation generation = of();
        generation.enter();
        generation.enter();
        generation.leave();

        assertThat(generation.users()).isEqualTo(1);
    }
}
