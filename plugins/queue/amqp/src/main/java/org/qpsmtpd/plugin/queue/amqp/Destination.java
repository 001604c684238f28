package org.qpsmtpd.plugin.queue.amqp;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.KeyPattern;

/**
 * Whether messages have somewhere to go: the exchange is there, or the queue is, and outlives a
 * restart of the broker. Each question has a channel of its own, since a no closes it.
 */
final class Destination {
    private final String exchange;
    private final KeyPattern key;

    Destination(String exchange, KeyPattern key) {
        this.exchange = exchange;
        this.key = key;
    }

    /** A question, whose no is an exception. */
    @FunctionalInterface
    private interface Question {
        void ask(Channel channel) throws IOException;
    }

    void check(Connection connection) throws BrokerFailure {
        if (!exchange.isEmpty()) {
            String no = answer(connection, ask -> ask.exchangeDeclarePassive(exchange));
            refuse(no, "exchange " + exchange);
        } else if (key.isFixed()) {
            String queue = key.fixed();
            refuse(answer(connection, ask -> ask.queueDeclarePassive(queue)), "queue " + queue);
            String no =
                    answer(connection, ask -> ask.queueDeclare(queue, true, false, false, null));
            // Other differences, and that we may not declare, say nothing about it.
            refuse(no.contains("'durable'") ? no : "", "queue " + queue + " is not durable");
        }
    }

    private static void refuse(String no, String what) throws BrokerFailure {
        if (!no.isEmpty()) {
            throw new BrokerFailure(Kind.AWAY, what + ": " + no);
        }
    }

    /** Empty for yes. */
    private static String answer(Connection connection, Question question) throws BrokerFailure {
        Channel channel = null;
        try {
            channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerFailure(Kind.AWAY, "the broker gives no further channel");
            }
            question.ask(channel);
            channel.close();
            return "";
        } catch (IOException | TimeoutException e) {
            String no = AmqpFaults.said(e);
            if (no.isEmpty() || !connection.isOpen()) {
                throw new BrokerFailure(Kind.AWAY, "the broker", AmqpFaults.root(e));
            }
            return no;
        }
    }
}
