package org.qpsmtpd.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The operations a delivery is made of, apart from the delivery so that each can be made to fail.
 */
public interface Disk {
    /** Makes a new file, which must not be there in any form, a symbolic link included. */
    NewFile create(Path file) throws IOException;

    /** Makes a directory; nothing happens when it is there. */
    void makeDirectory(Path directory) throws IOException;

    /** Gives a file its final name in one step. */
    void move(Path from, Path to) throws IOException;

    /** Returns when all entries of the directory are on the disk. */
    void syncDirectory(Path directory) throws IOException;

    /** Deletes a file; nothing happens when it is not there. */
    void delete(Path file) throws IOException;

    /** A file being written. */
    interface NewFile extends Closeable {
        /** Appends all that remains in the buffer. */
        void write(ByteBuffer octets) throws IOException;

        /** Returns when all that was written is on the disk. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }
}
