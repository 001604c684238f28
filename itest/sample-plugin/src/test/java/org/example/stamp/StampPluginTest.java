package org.example.stamp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

final class StampPluginTest {
    private final FakeTransaction transaction =
            FakeTransaction.create().withMessage("Subject: a test\n\nHello\n");

    @Test
    void addsTheNumberOfTheBuild() throws Exception {
        StampPlugin plugin = new StampPlugin(Configs.config(StampConfig.class));

        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(Action.DECLINED);
        assertThat(transaction.headers().first("X-Sample-Stamp").orElseThrow().value())
                .containsOnlyDigits();
    }

    @Test
    void usesTheNameItIsGiven() throws Exception {
        Map<String, String> settings = Map.of("header", "X-Other");

        new StampPlugin(Configs.config(StampConfig.class, settings)).onDataPost(transaction);

        assertThat(transaction.headers().count("X-Other")).isEqualTo(1);
        assertThat(transaction.headers().count("X-Sample-Stamp")).isZero();
    }
}
