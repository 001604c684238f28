package org.qpsmtpd.plugin.queue.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;

/** What the client's faults say. */
final class AmqpFaults {
    private AmqpFaults() {}

    /** The first cause. */
    static Throwable root(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    /** Why a channel or a connection was closed, as the broker says it. */
    static String said(ShutdownSignalException closed) {
        Method reason = closed.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyCode() + " " + close.getReplyText();
        }
        if (reason instanceof AMQP.Connection.Close close) {
            return close.getReplyCode() + " " + close.getReplyText();
        }
        return String.valueOf(root(closed).getMessage());
    }

    /** The same of what a command failed with; empty when it was not closed by the broker. */
    static String said(Exception fault) {
        Throwable root = root(fault);
        return root instanceof ShutdownSignalException closed ? said(closed) : "";
    }
}
