package org.qpsmtpd.plugin.userconfig;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/**
 * A file below a folder that others may write to. It is reached from folder to folder without
 * following a symbolic link, so that nobody has the server read a file of its own; whoever
 * exchanges a folder meanwhile changes nothing.
 *
 * @param base the folder that the administrator names; links in its own path are followed
 * @param names the folders below it, and the file
 */
record Place(Path base, List<String> names) {
    private static final Set<OpenOption> READ =
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** What is done with a file that was reached. */
    @FunctionalInterface
    interface Use<T> {
        T of(Reached file) throws IOException;
    }

    /** A file that was reached. */
    interface Reached {
        BasicFileAttributes attributes() throws IOException;

        SeekableByteChannel open() throws IOException;
    }

    /** As one would write it. */
    Path path() {
        return base.resolve(String.join("/", names));
    }

    /** Reaches the file by its path, so that links are followed. */
    <T> T byPath(Use<T> use) throws IOException {
        Path path = path();
        return use.of(
                new Reached() {
                    @Override
                    public BasicFileAttributes attributes() throws IOException {
                        return Files.readAttributes(path, BasicFileAttributes.class);
                    }

                    @Override
                    public SeekableByteChannel open() throws IOException {
                        return Files.newByteChannel(path);
                    }
                });
    }

    /**
     * Reaches the file without following a link below the base.
     *
     * @throws java.nio.file.NoSuchFileException when it is not there
     * @throws IOException when a folder cannot be read, or is a link
     */
    <T> T stepByStep(Use<T> use) throws IOException {
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(base)) {
            if (folder instanceof SecureDirectoryStream<Path> secure) {
                return below(secure, 0, use);
            }
            throw new IOException("this system cannot open files without following links");
        }
    }

    private <T> T below(SecureDirectoryStream<Path> folder, int at, Use<T> use) throws IOException {
        Path name = Path.of(names.get(at));
        if (at == names.size() - 1) {
            return use.of(in(folder, name));
        }
        try (SecureDirectoryStream<Path> next =
                folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            return below(next, at + 1, use);
        }
    }

    private static Reached in(SecureDirectoryStream<Path> folder, Path name) {
        return new Reached() {
            @Override
            public BasicFileAttributes attributes() throws IOException {
                return folder.getFileAttributeView(
                                name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
            }

            @Override
            public SeekableByteChannel open() throws IOException {
                return folder.newByteChannel(name, READ);
            }
        };
    }

    /** The octets of a file, as many as are allowed and one more. */
    static byte[] read(Reached file, int limit) throws IOException {
        try (SeekableByteChannel channel = file.open()) {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (octets.size() <= limit && channel.read(buffer.clear()) >= 0) {
                octets.write(buffer.array(), 0, buffer.position());
            }
            return octets.toByteArray();
        }
    }
}
