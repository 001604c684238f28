package org.qpsmtpd.plugin.queue.nats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;

final class UnansweredTest {
    @Test
    void whatIsNotAnsweredIsLostWithTheConnection() {
        Unanswered waiting = new Unanswered();
        CompletableFuture<String> answered = waiting.add();
        CompletableFuture<String> open = waiting.add();
        answered.complete("mail@1");

        waiting.close(new BrokerFailure(Kind.AWAY, "reset"));

        assertThat(answered).isCompletedWithValue("mail@1");
        assertThat(open).isCompletedExceptionally();
        assertThat(waiting.add()).isCompletedExceptionally();
    }
}
