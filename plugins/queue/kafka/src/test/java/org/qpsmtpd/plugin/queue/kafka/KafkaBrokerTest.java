package org.qpsmtpd.plugin.queue.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.EnvelopeField;
import org.qpsmtpd.brokers.Letter;

final class KafkaBrokerTest {
    private final MockProducer<byte[], byte[]> producer = newProducer();
    private final List<String> lost = new ArrayList<>();
    private final KafkaBroker broker = new KafkaBroker(this::make, "mail");
    private int made;

    private static MockProducer<byte[], byte[]> newProducer() {
        return new MockProducer<>(
                false,
                new RoundRobinPartitioner(),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private Producer<byte[], byte[]> make() {
        made++;
        return made == 1 ? producer : newProducer();
    }

    @BeforeEach
    void connect() throws BrokerFailure {
        broker.connect(lost::add);
    }

    private CompletableFuture<String> publish(String key) throws BrokerFailure {
        Letter letter =
                new Letter(
                        key,
                        "octets".getBytes(UTF_8),
                        List.of(
                                new EnvelopeField("mail-to", "amy@example.com"),
                                new EnvelopeField("mail-to", "jörg@example.com")),
                        "d1");
        return broker.publish(letter).toCompletableFuture();
    }

    @Test
    void publishesOctetsKeyAndEnvelope() throws Exception {
        CompletableFuture<String> taken = publish("k");
        assertThat(taken).isNotDone();
        producer.completeNext();
        assertThat(taken.get()).isEqualTo("mail-0@0");

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.topic()).isEqualTo("mail");
        assertThat(record.key()).isEqualTo("k".getBytes(UTF_8));
        assertThat(record.value()).isEqualTo("octets".getBytes(UTF_8));
        assertThat(StreamSupport.stream(record.headers().spliterator(), false))
                .extracting(header -> header.key() + "=" + new String(header.value(), UTF_8))
                .containsExactly(
                        "mail-to=amy@example.com", "mail-to=jörg@example.com", "mail-digest=d1");
    }

    @Test
    void hasNoKeyWhereThePatternIsEmpty() throws Exception {
        var unused = publish("");
        assertThat(producer.history().get(0).key()).isNull();
    }

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

    @Test
    void tellsWhatAFaultMeans() throws Exception {
        CompletableFuture<String> large = publish("k");
        producer.errorNext(new RecordTooLargeException("1 MB"));
        assertThat(failure(large).kind()).isEqualTo(Kind.TOO_LARGE);

        CompletableFuture<String> late = publish("k");
        producer.errorNext(new TimeoutException("30 s"));
        assertThat(failure(late).kind()).isEqualTo(Kind.LATE);

        CompletableFuture<String> few = publish("k");
        producer.errorNext(new NotEnoughReplicasException("1 of 2"));
        assertThat(failure(few).kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure(few).detail()).isEqualTo("NotEnoughReplicasException: 1 of 2");
        assertThat(lost).isEmpty();
    }

    @Test
    void isLostWithAProducerThatTakesNothingMoreAndMakesAnother() throws Exception {
        CompletableFuture<String> refused = publish("k");
        producer.errorNext(new ClusterAuthorizationException("no"));
        assertThat(failure(refused).kind()).isEqualTo(Kind.REFUSED);
        assertThat(lost).containsExactly("ClusterAuthorizationException: no");

        broker.connect(lost::add);
        assertThat(producer.closed()).isTrue();
        assertThat(made).isEqualTo(2);
    }

    @Test
    void keepsAProducerThatCanGoOn() throws Exception {
        CompletableFuture<String> late = publish("k");
        producer.errorNext(new TimeoutException("30 s"));
        assertThat(failure(late).kind()).isEqualTo(Kind.LATE);

        broker.connect(lost::add);
        assertThat(producer.closed()).isFalse();
        assertThat(made).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void publishesNothingWithoutProducer(boolean isClosed) throws Exception {
        KafkaBroker other = new KafkaBroker(() -> producer, "mail");
        if (isClosed) {
            other.connect(lost::add);
            other.close();
        }
        Letter letter = new Letter("k", new byte[0], List.of(), "d");
        assertThatThrownBy(() -> other.publish(letter)).isInstanceOf(BrokerFailure.class);
    }
}
