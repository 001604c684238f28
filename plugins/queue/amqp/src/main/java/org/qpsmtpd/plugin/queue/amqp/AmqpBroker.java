package org.qpsmtpd.plugin.queue.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.brokers.Broker;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.BrokerSettings;
import org.qpsmtpd.brokers.EnvelopeField;
import org.qpsmtpd.brokers.Letter;

/** An exchange, over one channel with confirms. */
final class AmqpBroker implements Broker {
    private static final int PERSISTENT = 2;
    private static final int CLOSE_MILLIS = 2_000;
    private static final String RECIPIENTS = "mail-to";

    private final AmqpLines lines;
    private final String exchange;
    private final Destination destination;
    private final BrokerSettings settings;
    private @Nullable Line line;

    AmqpBroker(AmqpLines lines, String exchange, BrokerSettings settings) {
        this.lines = lines;
        this.exchange = exchange;
        this.settings = settings;
        destination = new Destination(exchange, settings.key());
    }

    /** A connection with its channel. */
    private static final class Line {
        final Connection connection;
        final Channel channel;
        final Confirms confirms;
        volatile String blocked = "";

        Line(Connection connection, Channel channel, Confirms confirms) {
            this.connection = connection;
            this.channel = channel;
            this.confirms = confirms;
        }
    }

    @Override
    public void connect(Consumer<String> lost) throws BrokerFailure {
        close();
        Connection connection = lines.open();
        boolean isOpen = false;
        try {
            destination.check(connection);
            line = open(connection, lost);
            isOpen = true;
        } catch (IOException | AlreadyClosedException e) {
            throw new BrokerFailure(Kind.AWAY, settings.servers().toString(), AmqpFaults.root(e));
        } finally {
            if (!isOpen) {
                connection.abort(CLOSE_MILLIS);
            }
        }
    }

    private Line open(Connection connection, Consumer<String> lost)
            throws IOException, BrokerFailure {
        Channel channel = connection.createChannel();
        if (channel == null) {
            throw new BrokerFailure(Kind.AWAY, "the broker gives no further channel");
        }
        channel.confirmSelect();
        Confirms confirms = new Confirms();
        Line opened = new Line(connection, channel, confirms);
        channel.addConfirmListener(confirms);
        channel.addReturnListener(confirms);
        connection.addBlockedListener(
                new BlockedListener() {
                    @Override
                    public void handleBlocked(String reason) {
                        opened.blocked = "the broker takes no messages now: " + reason;
                    }

                    @Override
                    public void handleUnblocked() {
                        opened.blocked = "";
                    }
                });
        channel.addShutdownListener(
                why -> {
                    String said = settings.servers() + ": " + AmqpFaults.said(why);
                    confirms.close(new BrokerFailure(Kind.AWAY, said));
                    lost.accept(said);
                });
        return opened;
    }

    @Override
    public CompletionStage<String> publish(Letter letter) throws BrokerFailure {
        Line open = line;
        if (open == null) {
            throw new BrokerFailure(Kind.AWAY, "there is no connection");
        }
        if (!open.blocked.isEmpty()) {
            throw new BrokerFailure(Kind.REFUSED, open.blocked);
        }
        long number = open.channel.getNextPublishSeqNo();
        String id = letter.digest() + "-" + number;
        CompletableFuture<String> taken =
                open.confirms.await(number, id, exchange + "/" + letter.key());
        try {
            open.channel.basicPublish(
                    exchange, letter.key(), true, properties(letter, id), letter.octets());
        } catch (IOException | AlreadyClosedException e) {
            open.confirms.forget(number);
            throw new BrokerFailure(Kind.AWAY, settings.servers().toString(), AmqpFaults.root(e));
        } catch (IllegalArgumentException e) { // the header is larger than a frame
            open.confirms.forget(number);
            throw new BrokerFailure(Kind.TOO_LARGE, "the envelope", e);
        }
        return taken;
    }

    private static BasicProperties properties(Letter letter, String id) {
        Map<String, Object> headers = new HashMap<>();
        List<String> recipients = new ArrayList<>();
        headers.put(RECIPIENTS, recipients);
        headers.put("mail-digest", letter.digest());
        for (EnvelopeField field : letter.envelope()) {
            if (field.name().equals(RECIPIENTS)) {
                recipients.add(field.value());
            } else {
                headers.put(field.name(), field.value());
            }
        }
        return new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .contentType("message/rfc822")
                .messageId(id)
                .headers(headers)
                .build();
    }

    @Override
    public void close() {
        Line former = line;
        line = null;
        if (former != null) {
            former.connection.abort(CLOSE_MILLIS);
        }
    }
}
