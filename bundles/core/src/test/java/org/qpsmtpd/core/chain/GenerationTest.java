package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.client.ClientRule;

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

    @Test
    void asksPluginsOfAnotherListBeforeTheConnectionOnly() {
        PluginInstance gate = PluginInstance.of("gate", new Gatekeeper());
        PluginInstance shared = PluginInstance.of("shared", new Gatekeeper());
        PluginList list =
                new PluginList("peers/0", List.of(gate, shared), List.of(shared), List.of());

        assertThat(list.chain(HookPoint.PRE_CONNECTION))
                .extracting(Link::plugin)
                .containsExactly(gate, shared);
        assertThat(list.chain(HookPoint.CONNECT)).extracting(Link::plugin).containsExactly(shared);
        assertThat(list.plugins()).containsExactly(gate, shared);
    }

    @Test
    void countsAPluginOfSeveralListsOnce() throws Exception {
        PluginInstance shared = PluginInstance.of("shared", new BinaryQueue());
        PluginInstance other = PluginInstance.of("other", new Gatekeeper());
        ClientLists clients =
                new ClientLists(List.of(ClientRule.parse("10.0.0.0/8 local")), "plugins");
        Generation generation =
                new Generation(
                        1,
                        List.of(
                                new PluginList("plugins", List.of(), List.of(shared), List.of()),
                                new PluginList(
                                        "local",
                                        List.of(),
                                        List.of(other, shared),
                                        List.of("a fault"))),
                        clients);

        assertThat(generation.plugins()).containsExactly(shared, other);
        assertThat(generation.pluginStatus())
                .extracting(row -> row.list() + " " + row.hook() + " " + row.name())
                .containsExactly(
                        "plugins queue shared",
                        "local pre-connection other",
                        "local connect other",
                        "local queue shared");
        assertThat(generation.faults()).containsExactly("a fault");
        assertThat(generation.faultyLists()).containsExactly("local");
        assertThat(generation.hindrances()).hasSize(2).contains("a fault");
        assertThat(generation.listFor(InetAddress.getByName("10.0.0.1"), 25, false, false).name())
                .isEqualTo("local");
    }

    /** Answers two hooks. */
    private static final class Gatekeeper implements PreConnectionHook, ConnectHook {
        @Override
        public HookResult onPreConnection(Admission admission) {
            return HookResult.DECLINED;
        }

        @Override
        public HookResult onConnect(Connection connection) {
            return HookResult.DECLINED;
        }
    }
}
