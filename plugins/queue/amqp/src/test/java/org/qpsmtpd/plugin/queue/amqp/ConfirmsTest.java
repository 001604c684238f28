package org.qpsmtpd.plugin.queue.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Return;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;

final class ConfirmsTest {
    private final Confirms confirms = new Confirms();
    private final CompletableFuture<String> first = confirms.await(1, "a", "/one");
    private final CompletableFuture<String> second = confirms.await(2, "b", "/two");
    private final CompletableFuture<String> third = confirms.await(3, "c", "/three");

    private static BrokerFailure failure(CompletableFuture<String> taken) {
        try {
            throw new AssertionError("taken as " + taken.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BrokerFailure failure) {
                return failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Return back(String id) {
        return new Return(
                312,
                "NO_ROUTE",
                "mail",
                "key",
                new BasicProperties.Builder().messageId(id).build(),
                new byte[0]);
    }

    @Test
    void oneIsConfirmedAlone() throws Exception {
        confirms.handleAck(2, false);
        assertThat(second.get()).isEqualTo("/two");
        assertThat(first).isNotDone();
        assertThat(third).isNotDone();
    }

    @Test
    void severalAreConfirmedTogether() {
        confirms.handleAck(2, true);
        assertThat(first).isCompletedWithValue("/one");
        assertThat(second).isCompletedWithValue("/two");
        assertThat(third).isNotDone();
    }

    @Test
    void whatIsNotTakenIsRefused() {
        confirms.handleNack(2, true);
        assertThat(failure(first).kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure(second).detail()).contains("nack");
        assertThat(third).isNotDone();
    }

    @Test
    void whatComesBackIsRefusedThoughItIsConfirmed() {
        confirms.handle(back("b"));
        confirms.handleAck(3, true);
        assertThat(failure(second).kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure(second).detail()).isEqualTo("no queue takes routing key key: NO_ROUTE");
        assertThat(first).isCompletedWithValue("/one");
    }

    @Test
    void whatNobodyKnowsIsPassedOver() {
        confirms.handle(back("z"));
        confirms.handleAck(99, false);
        confirms.forget(1);
        confirms.handleAck(1, false);
        assertThat(first).isNotDone();
    }

    @Test
    void allAreLostWithTheChannel() {
        BrokerFailure lost = new BrokerFailure(Kind.AWAY, "reset");
        confirms.handleAck(1, false);
        confirms.close(lost);
        assertThat(first).isCompletedWithValue("/one");
        assertThat(failure(second)).isSameAs(lost);
        assertThat(failure(third)).isSameAs(lost);
        assertThat(failure(confirms.await(4, "d", "/four"))).isSameAs(lost);
    }
}
