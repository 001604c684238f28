package org.qpsmtpd.plugin.logging.file;

import java.io.Closeable;
import java.io.IOException;

/** An opened file or a running command. */
interface Sink extends Closeable {
    /**
     * Takes a line.
     *
     * @param line with its line end
     * @throws IOException when no more lines will get through
     */
    void write(byte[] line) throws IOException;

    @Override
    void close() throws IOException;
}
