package org.qpsmtpd.plugin.queue.nats;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.brokers.Broker;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.BrokerSettings;
import org.qpsmtpd.brokers.EnvelopeField;
import org.qpsmtpd.brokers.Letter;

/** The streams of a server. */
final class NatsBroker implements Broker {
    /** What a stream answers to a message that is larger than it takes. */
    private static final int MAXIMUM_EXCEEDED = 10054;

    private final NatsLines lines;
    private final BrokerSettings settings;
    private final Streams streams;
    private @Nullable Line line;

    NatsBroker(NatsLines lines, BrokerSettings settings) {
        this.lines = lines;
        this.settings = settings;
        streams = new Streams(settings.key());
    }

    /**
     * A connection.
     *
     * @param waiting messages that are not acknowledged yet
     */
    private record Line(Connection connection, JetStream stream, Unanswered waiting) {}

    @Override
    public void connect(Consumer<String> lost) throws BrokerFailure {
        close();
        Unanswered waiting = new Unanswered();
        Connection connection =
                lines.open(
                        why -> {
                            waiting.close(new BrokerFailure(Kind.AWAY, why));
                            lost.accept(why);
                        });
        boolean isOpen = false;
        try {
            streams.check(connection);
            JetStreamOptions options =
                    JetStreamOptions.builder().requestTimeout(settings.timeout()).build();
            line = new Line(connection, connection.jetStream(options), waiting);
            isOpen = true;
        } catch (IOException e) {
            throw new BrokerFailure(Kind.AWAY, "JetStream", e);
        } finally {
            if (!isOpen) {
                close(connection);
            }
        }
    }

    @Override
    public CompletionStage<String> publish(Letter letter) throws BrokerFailure {
        Line open = line;
        if (open == null || open.connection.getStatus() != Connection.Status.CONNECTED) {
            throw new BrokerFailure(Kind.AWAY, "there is no connection");
        }
        Message message = message(letter);
        long size = message.getHeaders().serializedLength() + (long) letter.octets().length;
        long most = open.connection.getMaxPayload();
        if (size > most) {
            throw new BrokerFailure(
                    Kind.TOO_LARGE,
                    size + " octets with the envelope, max_payload of the server is " + most);
        }
        CompletableFuture<String> taken = open.waiting.add();
        try {
            var unused =
                    open.stream
                            .publishAsync(message)
                            .whenComplete((ack, fault) -> end(taken, ack, fault));
        } catch (IllegalStateException e) { // the connection has just ended
            taken.completeExceptionally(new BrokerFailure(Kind.AWAY, "the connection", e));
        }
        return taken;
    }

    private static void end(
            CompletableFuture<String> taken, @Nullable PublishAck ack, @Nullable Throwable fault) {
        if (fault == null && ack != null) {
            taken.complete(
                    ack.getStream()
                            + "@"
                            + ack.getSeqno()
                            + (ack.isDuplicate() ? " (there already)" : ""));
            return;
        }
        taken.completeExceptionally(failure(fault));
    }

    private static BrokerFailure failure(@Nullable Throwable fault) {
        Throwable cause =
                fault instanceof CompletionException && fault.getCause() != null
                        ? fault.getCause()
                        : fault;
        while (cause instanceof RuntimeException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause == null) {
            return new BrokerFailure(Kind.REFUSED, "an empty answer");
        }
        boolean isTooLarge =
                cause instanceof JetStreamApiException said
                        && said.getApiErrorCode() == MAXIMUM_EXCEEDED;
        return new BrokerFailure(isTooLarge ? Kind.TOO_LARGE : Kind.REFUSED, "the stream", cause);
    }

    private static Message message(Letter letter) {
        Headers headers = new Headers();
        headers.add("Nats-Msg-Id", letter.digest());
        for (EnvelopeField field : letter.envelope()) {
            headers.add(field.name(), PercentText.of(field.value()));
        }
        headers.add("mail-digest", letter.digest());
        return NatsMessage.builder()
                .subject(letter.key())
                .headers(headers)
                .data(letter.octets())
                .build();
    }

    @Override
    public void close() {
        Line former = line;
        line = null;
        if (former != null) {
            close(former.connection);
            former.waiting.close(new BrokerFailure(Kind.AWAY, "the connection was closed"));
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
