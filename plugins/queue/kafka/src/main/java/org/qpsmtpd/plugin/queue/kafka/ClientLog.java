package org.qpsmtpd.plugin.queue.kafka;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The log of Kafka's client, which tells all its settings for each producer, and several lines each
 * second while no broker answers. Of that only errors are left; the rest is said by our answers.
 */
final class ClientLog {
    /** Kept, since the JDK forgets the level of a logger that nobody has. */
    private static final Logger CLIENT = Logger.getLogger("org.apache.kafka");

    private ClientLog() {}

    static void quieten() {
        CLIENT.setLevel(Level.SEVERE);
    }
}
