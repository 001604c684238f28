package org.qpsmtpd.plugin.queue.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.brokers.Broker;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.EnvelopeField;
import org.qpsmtpd.brokers.Letter;

/**
 * A topic of Kafka, by a producer that is made anew when it can be used no more. Between two of
 * them the client of Kafka itself connects again and again.
 */
final class KafkaBroker implements Broker {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final Supplier<Producer<byte[], byte[]>> maker;
    private final String topic;
    private @Nullable Producer<byte[], byte[]> producer;
    private @Nullable Consumer<String> lost;

    /** Whether the producer takes nothing more. */
    private volatile boolean hasEnded;

    /**
     * @param maker makes a producer; connects to nobody yet
     */
    KafkaBroker(Supplier<Producer<byte[], byte[]>> maker, String topic) {
        this.maker = maker;
        this.topic = topic;
    }

    @Override
    public void connect(Consumer<String> newLost) throws BrokerFailure {
        lost = newLost;
        if (hasEnded) {
            close();
        }
        try {
            if (producer == null) {
                producer = open();
            }
            producer.partitionsFor(topic);
        } catch (KafkaException e) {
            if (!(e instanceof RetriableException)) {
                close();
            }
            throw KafkaFaults.ofTopic(topic, e);
        }
    }

    private Producer<byte[], byte[]> open() {
        boolean isOpen = false;
        SaslProviders.arrive();
        try {
            Producer<byte[], byte[]> opened = maker.get();
            isOpen = true;
            return opened;
        } finally {
            if (!isOpen) {
                SaslProviders.leave();
            }
        }
    }

    @Override
    public CompletionStage<String> publish(Letter letter) throws BrokerFailure {
        Producer<byte[], byte[]> current = producer;
        Consumer<String> currentLost = lost;
        if (current == null || currentLost == null) {
            throw new BrokerFailure(BrokerFailure.Kind.AWAY, "there is no producer");
        }
        CompletableFuture<String> taken = new CompletableFuture<>();
        try {
            var unused =
                    current.send(
                            record(letter),
                            (place, failure) -> end(taken, place, failure, currentLost));
        } catch (KafkaException e) {
            fail(taken, e, currentLost);
        }
        return taken;
    }

    private void end(
            CompletableFuture<String> taken,
            RecordMetadata place,
            @Nullable Exception fault,
            Consumer<String> told) {
        if (fault == null) {
            taken.complete(shown(place));
        } else {
            fail(taken, fault, told);
        }
    }

    /** After some faults the producer takes nothing more, and has to be made anew. */
    private void fail(CompletableFuture<String> taken, Exception fault, Consumer<String> told) {
        BrokerFailure failure = KafkaFaults.ofRecord(fault);
        if (KafkaFaults.endsTheProducer(fault)) {
            hasEnded = true;
            told.accept(failure.detail());
        }
        taken.completeExceptionally(failure);
    }

    private static String shown(RecordMetadata place) {
        return place.topic() + "-" + place.partition() + "@" + place.offset();
    }

    private ProducerRecord<byte[], byte[]> record(Letter letter) {
        byte @Nullable [] key = letter.key().isEmpty() ? null : letter.key().getBytes(UTF_8);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, null, key, letter.octets());
        for (EnvelopeField field : letter.envelope()) {
            record.headers().add(field.name(), field.value().getBytes(UTF_8));
        }
        record.headers().add("mail-digest", letter.digest().getBytes(UTF_8));
        return record;
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> former = producer;
        producer = null;
        hasEnded = false;
        if (former != null) {
            former.close(CLOSE_LIMIT);
            SaslProviders.leave();
        }
    }
}
