package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredBodyTest {
    private static final String HEADER = "Subject: s\r\n";
    private static final String MESSAGE = HEADER + "\r\nbody\r\n";

    private final Path directory;
    private final Spool spool;

    StoredBodyTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        spool = new Spool(directory.resolve("a/spool"));
        spool.prepare();
    }

    private static void add(StoredBody body, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] room = body.room(octets.length);
        System.arraycopy(octets, 0, room, body.end(), octets.length);
        body.setEnd(body.end() + octets.length);
    }

    private StoredBody message() {
        StoredBody body = new StoredBody(spool);
        add(body, MESSAGE);
        body.setHeaderEnd(HEADER.length());
        return body;
    }

    private static String text(InputStream in) throws IOException {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String body(StoredBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeBodyTo(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(spool.directory())) {
            return files.count();
        }
    }

    @Test
    void staysInMemory() throws IOException {
        StoredBody body = message();

        assertThat(body.inMemory()).isTrue();
        assertThat(body.size()).isEqualTo(MESSAGE.length());
        assertThat(body.bodyStart()).isEqualTo(HEADER.length());
        assertThat(text(body.open())).isEqualTo(MESSAGE);
        assertThat(text(body.openBody())).isEqualTo("\r\nbody\r\n");
        assertThat(body(body)).isEqualTo("\r\nbody\r\n");
        assertThat(files()).isZero();
    }

    @Test
    void goesToAFileInPieces() throws IOException {
        StoredBody body = message();
        List<Piece> first = body.takePieces(new byte[0]);
        add(body, "second piece\r\n");
        body.write(first);
        body.write(body.takePieces(new byte[0]));
        add(body, "not yet written\r\n");

        String all = MESSAGE + "second piece\r\nnot yet written\r\n";
        assertThat(body.inMemory()).isFalse();
        assertThat(body.size()).isEqualTo(all.length());
        assertThat(body(body)).isEqualTo(all.substring(HEADER.length()));
        assertThat(text(body.openBody())).isEqualTo(all.substring(HEADER.length()));
        assertThat(text(body.open())).isEqualTo(all);
        assertThat(
                        new String(
                                body.headerArray(),
                                0,
                                body.headerLength(),
                                StandardCharsets.US_ASCII))
                .isEqualTo(HEADER);
    }

    /** {@link #MESSAGE} and two lines, in three arrays. */
    private StoredBody shelved() {
        StoredBody body = message();
        body.shelve(new byte[0]);
        add(body, "second piece\r\n");
        body.shelve(Pieces.ofThisJvm().take());
        add(body, "third\r\n");
        return body;
    }

    @Test
    void staysInMemoryInPieces() throws IOException {
        StoredBody body = shelved();

        String all = MESSAGE + "second piece\r\nthird\r\n";
        assertThat(body.inMemory()).isTrue();
        assertThat(body.size()).isEqualTo(all.length());
        assertThat(body.held()).isGreaterThan(Pieces.LENGTH + all.length());
        assertThat(text(body.open())).isEqualTo(all);
        assertThat(text(body.openBody())).isEqualTo(all.substring(HEADER.length()));
        assertThat(body(body)).isEqualTo(all.substring(HEADER.length()));
        assertThat(files()).isZero();
        assertThat(Files.readString(body.file())).isEqualTo(all);
        assertThat(text(body.open())).isEqualTo(all);
        assertThat(body.inMemory()).isFalse();
    }

    @Test
    void isReadOctetByOctetOverThePieces() throws IOException {
        StringBuilder read = new StringBuilder();
        try (InputStream in = shelved().openBody()) {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                read.append((char) octet);
            }
            assertThat(in.read(new byte[1])).isEqualTo(-1);
        }

        assertThat(read).hasToString("\r\nbody\r\nsecond piece\r\nthird\r\n");
    }

    @Test
    void aClosedStreamReadsNothing() throws IOException {
        InputStream in = shelved().open();
        in.close();

        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsStillReadIsNoOtherMessages() throws IOException {
        StoredBody body = shelved();
        InputStream late = body.open();

        body.discard();
        fillWhatIsFree();

        assertThat(text(late)).isEqualTo(MESSAGE + "second piece\r\nthird\r\n");
    }

    /** As a plugin does at the end of the header, while the rest still comes. */
    @Test
    void whatIsReadWhileItArrivesIsNoOtherMessages() throws IOException {
        StoredBody arriving = new StoredBody(spool);
        String part = "x".repeat(70_000) + "\r\n";
        String text = MESSAGE + part + part;
        add(arriving, MESSAGE);
        add(arriving, part);
        add(arriving, part);
        arriving.setHeaderEnd(HEADER.length());
        assertThat(arriving.held()).isEqualTo(Pieces.LENGTH);
        InputStream early = arriving.open();

        List<Piece> pieces = arriving.takePieces(Pieces.ofThisJvm().take());
        arriving.write(pieces);
        arriving.giveBack(pieces);
        fillWhatIsFree();

        assertThat(text(early)).isEqualTo(text);
    }

    private static void fillWhatIsFree() {
        int many = 2000;
        for (int i = 0; i < many; i++) {
            Arrays.fill(Pieces.ofThisJvm().take(), (byte) '?');
        }
    }

    @Test
    void makesAFileOnlyTheServerCanRead() throws IOException {
        StoredBody body = message();

        Path file = body.file();

        assertThat(Files.readString(file)).isEqualTo(MESSAGE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(body.file()).isEqualTo(file);
        assertThat(file.getFileName().toString()).matches("[0-9]+:[0-9]+:[0-9]+");
    }

    @Test
    void deletesItsFile() throws IOException {
        StoredBody body = message();
        Path file = body.file();

        body.discard();

        assertThat(file).doesNotExist();
        assertThat(body.size()).isEqualTo(MESSAGE.length());
    }

    @Test
    void makesNoFileAfterItWasDiscarded() throws IOException {
        StoredBody body = message();
        List<Piece> late = body.takePieces(new byte[0]);

        body.discard();
        body.write(late);

        assertThat(files()).isZero();
    }

    @Test
    void makesADirectoryOfItsOwn() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool.directory())))
                .isEqualTo("rwx------");
        spool.prepare();
        assertThat(spool.directory()).isDirectory();
    }

    @Test
    void refusesALinkForADirectory() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), spool.directory());

        assertThatThrownBy(() -> new Spool(link).prepare())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a directory that can be written");
    }

    @Test
    void doesNotFollowALinkThatWaitsForIt() throws IOException {
        Path target = directory.resolve("target");
        Path name = spool.newPath();
        Files.createSymbolicLink(name, target);

        assertThatThrownBy(() -> spool.open(name)).isInstanceOf(IOException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void deletesTreesWithoutFollowingLinks() throws IOException {
        Path outside = Files.writeString(directory.resolve("outside"), "kept");
        Path tree = spool.newDirectory();
        Files.createDirectories(tree.resolve("a/b"));
        Files.writeString(spool.newFile(), "other");
        Files.createSymbolicLink(tree.resolve("a/link"), outside);

        Spool.delete(tree);
        Spool.delete(tree);

        assertThat(tree).doesNotExist();
        assertThat(outside).hasContent("kept");
        assertThat(files()).isEqualTo(1);
    }
}
