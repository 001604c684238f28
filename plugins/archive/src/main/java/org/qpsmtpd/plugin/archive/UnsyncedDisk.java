package org.qpsmtpd.plugin.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.qpsmtpd.maildir.Disk;

/** A disk that is left to write when it likes, for copies that may be lost in a crash. */
record UnsyncedDisk(Disk disk) implements Disk {
    @Override
    public NewFile create(Path file) throws IOException {
        return new UnsyncedFile(disk.create(file));
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        disk.makeDirectory(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        disk.move(from, to);
    }

    @Override
    public void syncDirectory(Path directory) {
        // the point of it
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    private record UnsyncedFile(NewFile file) implements NewFile {
        @Override
        public void write(ByteBuffer octets) throws IOException {
            file.write(octets);
        }

        @Override
        public void sync() {
            // the point of it
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
