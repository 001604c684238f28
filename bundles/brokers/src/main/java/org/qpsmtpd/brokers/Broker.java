package org.qpsmtpd.brokers;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One kind of broker. All its methods are called on one thread, whose context class loader is that
 * of the class.
 */
@ConsumerType
public interface Broker {
    /**
     * Connects anew, whatever was before, and looks whether messages can be published. May wait
     * some seconds.
     *
     * @param lost to be told once, from any thread, when the connection is of no use any more; says
     *     why. Not told of a connection that this method did not make
     * @throws BrokerFailure when they cannot; it is called again after a while
     */
    void connect(Consumer<String> lost) throws BrokerFailure;

    /**
     * Publishes. Called while there is a connection.
     *
     * @return completes when the broker says that it has the message durably, with a word for the
     *     log that tells where; fails with a {@link BrokerFailure}. It need not complete when the
     *     connection is lost, and nobody waits for it longer than the time limit
     * @throws BrokerFailure when it cannot be published
     */
    CompletionStage<String> publish(Letter letter) throws BrokerFailure;

    /** Ends the connection, if there is one. May wait some seconds. */
    void close();
}
