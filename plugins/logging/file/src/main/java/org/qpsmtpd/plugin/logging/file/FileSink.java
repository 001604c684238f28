package org.qpsmtpd.plugin.logging.file;

import java.io.IOException;
import java.nio.file.Path;
import org.qpsmtpd.api.service.LogFile;

/** Appends to a file. */
final class FileSink implements Sink {
    private final LogFile file;

    /**
     * @param path absolute; made when it is not there, its directory must be
     */
    FileSink(Path path) throws IOException {
        file = new LogFile(path);
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
