package org.qpsmtpd.plugin.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

class LoopPluginTest {
    @Test
    void refusesAHundredHopsByDefault() {
        LoopPlugin plugin = plugin(Map.of());

        assertThat(plugin.onDataPost(message("Received: from a by b\n".repeat(99))))
                .isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onDataPost(message("Received: from a by b\n".repeat(100))))
                .isEqualTo(HookResult.deny("Too many hops (#5.4.6)").because("fail: 100 hops"));
    }

    @Test
    void addsDeliveredToFields() {
        LoopPlugin plugin = plugin(Map.of("max_hops", "3"));
        String twoHops = "Received: from a by b\nDelivered-To: user@example.com\n";

        assertThat(plugin.onDataPost(message(twoHops))).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onDataPost(message(twoHops + "Delivered-To: list@example.com\n")))
                .isEqualTo(HookResult.deny("Too many hops (#5.4.6)").because("fail: 3 hops"));
    }

    @Test
    void countsFieldNamesInAnyCase() {
        LoopPlugin plugin = plugin(Map.of("max_hops", 2));

        assertThat(plugin.onDataPost(message("RECEIVED: x\ndelivered-to: y\n")).reason())
                .isEqualTo("fail: 2 hops");
    }

    @Test
    void doesNotCountOtherFieldsNorTheBody() {
        LoopPlugin plugin = plugin(Map.of("max_hops", 1));
        FakeTransaction transaction =
                FakeTransaction.create()
                        .withMessage("X-Received: x\nReceived-SPF: pass\n\nReceived: x\n");

        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
    }

    private static FakeTransaction message(String header) {
        return FakeTransaction.create().withMessage(header + "Subject: hops\n\nbody\n");
    }

    private static LoopPlugin plugin(Map<String, ?> settings) {
        return new LoopPlugin(Configs.config(LoopConfig.class, settings));
    }
}
