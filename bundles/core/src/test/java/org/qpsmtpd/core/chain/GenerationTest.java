package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

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

    private static PluginList listOf(Object... plugins) {
        return of(plugins).lists().get(0);
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
        PluginList list = listOf(first, new BinaryQueue(), second);

        assertThat(list.chain(HookPoint.HELO))
                .extracting(link -> link.plugin().plugin())
                .containsExactly(first, second);
        assertThat(list.has(HookPoint.HELO)).isTrue();
        assertThat(list.has(HookPoint.EHLO)).isFalse();
        assertThat(list.chain(HookPoint.EHLO)).isEmpty();
    }

    @Test
    void offersBinaryOnlyWhenAllQueuesTakeIt() {
        QueueHook text = transaction -> HookResult.OK;

        assertThat(listOf().takesBinary()).isFalse();
        assertThat(listOf(new BinaryQueue()).takesBinary()).isTrue();
        assertThat(listOf(new BinaryQueue(), new BinaryQueue()).takesBinary()).isTrue();
        assertThat(listOf(new BinaryQueue(), text).takesBinary()).isFalse();
    }

    @Test
    void countsItsSessions() {
        Generation generation = of();
        generation.enter();
        generation.enter();
        generation.leave();

        assertThat(generation.users()).isEqualTo(1);
    }

    private static PluginInstance at(String name, String place, Object plugin) {
        return new PluginInstance(
                name, plugin, PluginSettings.USUAL, new Origin("b", "1.0.0", place, false));
    }

    private static Generation of(PluginInstance... plugins) {
        return new Generation(7, List.of(plugins), List.of());
    }

    @Test
    void warnsOfPluginsBehindOneThatDecides() {
        RcptHook hook = (transaction, recipient) -> HookResult.OK;
        PluginInstance decider = at("first", "plugins:1", hook);
        decider.decidesAt(List.of("rcpt"));
        Generation generation =
                of(at("zeroth", "plugins:0", hook), decider, at("late", "bundle x", hook));

        assertThat(generation.warnings())
                .singleElement()
                .asString()
                .startsWith("bundle x: plugin 'late' is never asked at rcpt, since first decides")
                .contains("@Plugin(before = \"first\")");
        assertThat(generation.pluginStatus())
                .extracting(PluginStatus::remark)
                .containsExactly("", "", "never asked: first decides before it");
    }

    /** Answers one hook more. */
    private static final class AskedElsewhere implements RcptHook, QueueHook {
        @Override
        public HookResult onRcpt(Transaction transaction, Recipient recipient) {
            return HookResult.DECLINED;
        }

        @Override
        public HookResult onQueue(Transaction transaction) {
            return HookResult.OK;
        }
    }

    @Test
    void warnsOfNoneThatIsAskedAtAnotherHook() {
        RcptHook hook = (transaction, recipient) -> HookResult.OK;
        PluginInstance decider = at("first", "plugins:1", hook);
        decider.decidesAt(List.of("rcpt"));

        assertThat(of(decider, at("both", "plugins:2", new AskedElsewhere())).warnings()).isEmpty();
    }

    @Test
    void tellsWhyMailIsNotTaken() {
        RcptHook rcpt = (transaction, recipient) -> HookResult.OK;
        PluginInstance answering = at("accepting", "plugins:1", rcpt);
        PluginInstance storing = at("storing", "plugins:2", new BinaryQueue());

        assertThat(of(answering, storing).hindrances()).isEmpty();
        assertThat(of(answering).hindrances())
                .containsExactly(
                        "config/plugins names no queue plugin: messages are deferred with 451");
        assertThat(of(storing).hindrances())
                .singleElement()
                .asString()
                .startsWith("config/plugins names no plugin that accepts recipients");
        assertThat(new Generation(1, List.of(), List.of("a fault")).hindrances())
                .containsExactly("a fault");

        storing.condemn();
        answering.depart(0);
        assertThat(of(answering, storing).hindrances())
                .containsExactly(
                        "plugin accepting, hook rcpt, is stopped: mail that needs it is deferred",
                        "plugin storing, hook queue, failed too often: mail that needs it is"
                                + " deferred");
    }
}
