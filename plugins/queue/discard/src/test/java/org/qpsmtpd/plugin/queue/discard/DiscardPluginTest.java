package org.qpsmtpd.plugin.queue.discard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.FakeTransaction;

class DiscardPluginTest {
    private final DiscardPlugin plugin = new DiscardPlugin();

    @Test
    void acceptsEveryMessage() {
        FakeTransaction transaction =
                FakeTransaction.create()
                        .withSender("")
                        .withRecipient("user@example.com")
                        .withMessage("Subject: a test\n\n");
        assertThat(plugin.onQueue(transaction))
                .isEqualTo(HookResult.ok("Queued! (discarded)").because("pass: thrown away"));
    }

    @Test
    void takesBinaryMail() {
        assertThat(plugin.takesBinary()).isTrue();
    }
}
