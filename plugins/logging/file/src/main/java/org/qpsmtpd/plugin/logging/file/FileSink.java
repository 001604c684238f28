package org.qpsmtpd.plugin.logging.file;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Appends to a file, a line with each write. A stream and not a channel, since a channel is closed
 * when a thread that writes to it is interrupted.
 */
final class FileSink implements Sink {
    private final FileOutputStream file;

    /**
     * @param path made when it is not there; its directory must be
     */
    FileSink(Path path) throws IOException {
        file = new FileOutputStream(path.toFile(), true);
    }

    @Override
    public void write(byte[] line) throws IOException {
        file.write(line);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
