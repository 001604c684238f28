package org.qpsmtpd.itest.process;

import java.util.List;
import java.util.Map;

/** A message broker at a port of its own of the loopback, with a place for mail. */
interface BrokerUnderTest {
    /** The line of config/plugins by which mail goes to that place. */
    String line();

    /** One by which it goes to a place that is not there. */
    String lineToNowhere();

    /** Starts it, with all that it had; returns when it can be used. */
    void start() throws Exception;

    /** Whether it was started, and has not been killed. */
    boolean isRunning();

    /** Deletes all messages of the place. */
    void empty() throws Exception;

    /** Sends SIGKILL, and waits for its end. */
    void kill() throws Exception;

    /** All messages of the place; leaves them there. */
    List<Got> messages() throws Exception;

    /** Ends it for good. */
    void end() throws Exception;

    /**
     * A message.
     *
     * @param octets the mail
     * @param envelope the values of each header
     */
    @SuppressWarnings("ArrayRecordComponent") // the octets are never compared
    record Got(byte[] octets, Map<String, List<String>> envelope) {}
}
