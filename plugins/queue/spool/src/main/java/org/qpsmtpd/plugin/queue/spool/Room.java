package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;

/**
 * How much may wait.
 *
 * @param messages at most
 * @param octets of all together, at most
 */
record Room(int messages, long octets) {
    /** There is no room for a message. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;

        FullException(String message) {
            super(message);
        }
    }

    /** What waits. */
    record Load(int messages, long octets) {}

    /**
     * @throws FullException when there is no room for so many octets more
     */
    void require(Load load, long more) throws FullException {
        if (load.messages() >= messages) {
            throw new FullException(load.messages() + " messages wait, which is max_messages");
        }
        if (load.octets() + more > octets) {
            throw new FullException(
                    load.octets() + " octets wait, and max_size is " + octets + " octets");
        }
    }
}
