package org.qpsmtpd.plugin.queue.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.LocalDisk;

/** The real disk, which writes down what is asked of it and fails where the test wants. */
final class WatchedDisk implements Disk {
    private final Disk real = new LocalDisk(PosixFilePermissions.fromString("rwx------"));
    private final List<String> operations = new ArrayList<>();
    private int failing;

    /** Makes the operation with that number fail, counted from 1 and from now on; 0 for none. */
    void failAt(int operation) {
        operations.clear();
        failing = operation;
    }

    /** What was asked for, the failed operation included. */
    List<String> operations() {
        return List.copyOf(operations);
    }

    private void begin(String operation) throws IOException {
        operations.add(operation);
        if (operations.size() == failing) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public NewFile create(Path file) throws IOException {
        begin("create " + parent(file));
        NewFile made = real.create(file);
        return new NewFile() {
            @Override
            public void write(ByteBuffer octets) throws IOException {
                begin("write " + octets.remaining());
                made.write(octets);
            }

            @Override
            public void sync() throws IOException {
                begin("sync file");
                made.sync();
            }

            @Override
            public void close() throws IOException {
                made.close();
                begin("close");
            }
        };
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        begin("make " + directory.getFileName());
        real.makeDirectory(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        begin("move " + parent(from) + " to " + parent(to));
        real.move(from, to);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        begin("sync " + directory.getFileName());
        real.syncDirectory(directory);
    }

    @Override
    public void delete(Path file) throws IOException {
        begin("delete " + parent(file));
        real.delete(file);
    }

    private static Path parent(Path file) {
        return file.getName(file.getNameCount() - 2);
    }
}
