package org.qpsmtpd.core.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.BodyFollower;
import org.qpsmtpd.api.session.MessageBody;

/**
 * The message as it was received, in memory or in a spool file. Filled by one connection's input,
 * then only read. In memory it is one array, and for a large one full pieces before it. Octets are
 * given by writing into {@link #room} from {@link #end} on, so that they are copied once.
 */
public final class StoredBody implements MessageBody {
    /** How much room stays for octets that nobody wants. */
    private static final int KEPT = 64 * 1024;

    private static final int FIRST = 4096;
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = {'\r', '\n'};

    private final Spool spool;
    private byte[] array = NOTHING;
    private int end;
    private final List<Piece> shelf = new ArrayList<>(0);
    private long shelved;
    private int shelvedRoom;
    private int readers;
    private long spooled;
    private byte[] header = NOTHING;
    private int headerLength;
    private int added;
    private @Nullable FileChannel channel;
    private @Nullable Path path;
    private boolean discarded;

    /**
     * @param spool where the file is made when one is needed
     */
    public StoredBody(Spool spool) {
        this.spool = spool;
    }

    /**
     * A whole message in memory.
     *
     * @param octets the message as it came; copied
     */
    public static StoredBody of(byte[] octets, Spool spool) {
        StoredBody body = new StoredBody(spool);
        System.arraycopy(octets, 0, body.room(octets.length), 0, octets.length);
        body.setEnd(octets.length);
        HeaderEnd header = new HeaderEnd();
        header.find(octets, octets.length);
        header.finish(octets.length);
        body.setHeaderEnd(header.length());
        return body;
    }

    /** Makes room for more octets and returns the array they go into. */
    public byte[] room(int more) {
        int needed = end + more;
        if (needed > array.length) {
            array = Arrays.copyOf(array, Math.max(needed, grown(array.length)));
        }
        return array;
    }

    /** Small messages take little; a large one grows in few steps to the length of a piece. */
    private static int grown(int length) {
        if (length < FIRST) {
            return FIRST;
        }
        if (length < KEPT) {
            return length * 2;
        }
        return length < Pieces.LENGTH ? Pieces.LENGTH : length + Pieces.PIECE;
    }

    /** Forgets the octets in memory, which are not wanted; some room may stay for the next. */
    public void forget() {
        clearShelf();
        end = 0;
        header = NOTHING;
        if (array.length > KEPT) {
            array = NOTHING;
        }
    }

    /** How much memory it takes, in octets. */
    public int held() {
        return array.length + shelvedRoom + header.length;
    }

    /** Where the next octets go. */
    public int end() {
        return end;
    }

    /** Says how far the array is filled. */
    public void setEnd(int newEnd) {
        end = newEnd;
    }

    /**
     * Says that the header is complete: the first octets of the message, still in the array. An
     * empty line is put behind it when text follows that is no header, so that this becomes part of
     * nothing that is written above it.
     */
    public void setHeaderEnd(int length) {
        headerLength = length;
        if (length > 0 && array[length - 1] != '\n') {
            insertLineEnd(length);
            headerLength += LINE_END.length;
        }
        if (end > headerLength && !startsWithLineEnd(headerLength)) {
            insertLineEnd(headerLength);
        }
    }

    private boolean startsWithLineEnd(int position) {
        return end - position >= LINE_END.length
                && array[position] == LINE_END[0]
                && array[position + 1] == LINE_END[1];
    }

    private void insertLineEnd(int position) {
        byte[] octets = room(LINE_END.length);
        int after = position + LINE_END.length;
        System.arraycopy(octets, position, octets, after, end - position);
        System.arraycopy(LINE_END, 0, octets, position, LINE_END.length);
        end += LINE_END.length;
        added += LINE_END.length;
    }

    /** How many of its octets did not come with the message. */
    public int added() {
        return added;
    }

    /**
     * Takes the header out of the array, so that it stays when the array is given away.
     *
     * @return an array that is the header
     */
    public byte[] keepHeader() {
        if (header.length == 0 && headerLength > 0) {
            header = Arrays.copyOf(array, headerLength);
        }
        return header;
    }

    /** Octets in the array that the next ones go into. */
    public int inArray() {
        return end;
    }

    /** Whether a spool file has been begun. */
    public boolean isSpooled() {
        return spooled > 0;
    }

    /**
     * Puts the filled array with the pieces that stay in memory, and goes on with an empty one. The
     * header is complete.
     *
     * @param next array to go on with; may be empty
     */
    public void shelve(byte[] next) {
        keepHeader();
        shelf.add(new Piece(array, end));
        shelved += end;
        shelvedRoom += array.length;
        array = next;
        end = 0;
    }

    /**
     * Gives away all that is in memory, to be written by {@link #write}, and goes on with an empty
     * array. The header stays in memory.
     *
     * @param next array to go on with; may be empty
     */
    public List<Piece> takePieces(byte[] next) {
        shelve(next);
        List<Piece> pieces = List.copyOf(shelf);
        spooled += shelved;
        clearShelf();
        return pieces;
    }

    /**
     * Says that pieces which were taken are written. They are for other messages then, unless
     * somebody reads this one: a plugin may, while it arrives.
     */
    public synchronized void giveBack(List<Piece> pieces) {
        if (readers == 0) {
            pieces.forEach(piece -> Pieces.ofThisJvm().give(piece.octets()));
        }
    }

    private void clearShelf() {
        shelf.clear();
        shelved = 0;
        shelvedRoom = 0;
    }

    /**
     * Writes pieces at the end of the spool file, which is made when needed. Waits for the disk.
     */
    public synchronized void write(List<Piece> pieces) throws IOException {
        if (discarded) {
            return;
        }
        FileChannel file = channel;
        if (file == null) {
            Path newPath = spool.newPath();
            file = spool.open(newPath);
            channel = file;
            path = newPath;
        }
        for (Piece piece : pieces) {
            ByteBuffer octets = ByteBuffer.wrap(piece.octets(), 0, piece.length());
            while (octets.hasRemaining()) {
                file.write(octets);
            }
        }
    }

    /** The header as received: an array that begins with it. */
    public byte[] headerArray() {
        return header.length > 0 ? header : array;
    }

    /** Length of the header. */
    public int headerLength() {
        return headerLength;
    }

    @Override
    public long size() {
        return spooled + shelved + end;
    }

    @Override
    public long bodyStart() {
        return headerLength;
    }

    /** Where the text begins: behind the empty line after the header. */
    public long textStart() {
        return (long) headerLength + LINE_END.length;
    }

    /**
     * Gives the octets from a position on.
     *
     * @return false when some of them are no more in memory, and then none is given
     */
    public boolean give(long position, BodyFollower taker) {
        if (position < spooled) {
            return size() <= position;
        }
        long start = spooled;
        for (Piece piece : shelf) {
            give(piece.octets(), piece.length(), position - start, taker);
            start += piece.length();
        }
        give(array, end, position - start, taker);
        return true;
    }

    private static void give(byte[] octets, int length, long position, BodyFollower taker) {
        int from = (int) Math.max(0, position);
        if (position < length) {
            taker.take(octets, from, length - from);
        }
    }

    @Override
    public boolean inMemory() {
        return spooled == 0;
    }

    @Override
    public InputStream open() throws IOException {
        return from(0);
    }

    @Override
    public InputStream openBody() throws IOException {
        return from(headerLength);
    }

    private InputStream from(long position) throws IOException {
        if (channel == null) {
            return inMemory(position);
        }
        FileChannel file = FileChannel.open(file(), StandardOpenOption.READ);
        return Channels.newInputStream(file.position(position));
    }

    private synchronized InputStream inMemory(long position) {
        if (shelf.isEmpty() && array.length != Pieces.LENGTH) {
            int start = (int) Math.min(position, end);
            return new ByteArrayInputStream(array, start, end - start);
        }
        readers++;
        List<Piece> pieces = new ArrayList<>(shelf);
        pieces.add(new Piece(array, end));
        return new PieceReader(pieces, position, this::readerClosed);
    }

    private synchronized void readerClosed() {
        readers--;
    }

    @Override
    public Path file() throws IOException {
        if (spooled == 0 || end > 0) {
            write(takePieces(NOTHING));
        }
        Path file = path;
        if (file == null) {
            throw new IOException("no spool file");
        }
        return file;
    }

    /** Writes from the empty line after the header to the end. */
    public void writeBodyTo(OutputStream out) throws IOException {
        FileChannel file = channel;
        if (file == null) {
            try (InputStream in = inMemory(headerLength)) {
                in.transferTo(out);
            }
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate(Pieces.PIECE);
        long position = headerLength;
        while (file.read(buffer, position) > 0) {
            out.write(buffer.array(), 0, buffer.position());
            position += buffer.position();
            buffer.clear();
        }
        if (end > 0) {
            out.write(array, 0, end);
        }
    }

    /** Lets go of the memory; the file stays until {@link #discard}. */
    public synchronized void forgetAll() {
        // A call that was given up may still read: its pieces are left alone. One array alone is
        // not given either, since the header is read from it.
        if (!shelf.isEmpty()) {
            shelf.add(new Piece(array, end));
            giveBack(shelf);
        }
        clearShelf();
        array = NOTHING;
        header = NOTHING;
        end = 0;
    }

    /** Forgets everything and deletes the file. */
    public synchronized void discard() throws IOException {
        discarded = true;
        forgetAll();
        FileChannel file = channel;
        Path name = path;
        channel = null;
        path = null;
        if (file != null) {
            spool.close(file);
        }
        if (name != null) {
            Files.deleteIfExists(name);
        }
    }
}
