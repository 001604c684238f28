package org.qpsmtpd.plugin.logging.syslog;

import java.io.Closeable;
import java.io.IOException;

/** An open way to a syslog server. Used by one thread, but for {@link #close}. */
interface Sink extends Closeable {
    /**
     * Sends a line; may take as long as it likes.
     *
     * @param line without an end
     * @param afterPause whether nothing was sent for a while, so that the server may have gone
     * @throws IOException when the way is of no use any more
     */
    void send(byte[] line, boolean afterPause) throws IOException;

    /** Closes it from any thread; a line that is on its way fails. */
    @Override
    void close() throws IOException;
}
