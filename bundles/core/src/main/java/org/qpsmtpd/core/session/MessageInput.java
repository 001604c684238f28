package org.qpsmtpd.core.session;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.message.DataDecoder;
import org.qpsmtpd.core.message.HeaderEnd;
import org.qpsmtpd.core.message.Piece;
import org.qpsmtpd.core.message.Pieces;
import org.qpsmtpd.core.message.StoredBody;

/**
 * A message while it arrives: decodes what the connection reads into the body, sends full pieces to
 * the spool file on a child, and keeps the limits. After a limit is passed the rest is read and
 * thrown away, so that nothing of it can be taken for commands.
 */
public final class MessageInput {
    private static final int MAX_HEADER = 256 * 1024;
    private static final int MAX_HEADER_LINES = 10_000;
    private static final int SMALL_PIECE = 4096;
    private static final int MAX_UNSPOOLED = 16 * 1024;
    private static final byte[] NOTHING = {};

    /** Why a message cannot be taken. */
    public enum Fault {
        /** Nothing is wrong. */
        NONE,
        /** Larger than {@code databytes}. */
        TOO_BIG,
        /** The header has too many octets or lines. */
        HEADER_TOO_BIG,
        /** A bare CR or LF. */
        BARE_LINE_END,
        /** Too many messages are in memory, and this one cannot leave it. */
        NO_MEMORY,
        /** The spool file cannot be written. */
        SPOOL
    }

    /** Whose message it is; called on the connection's own thread. */
    interface Owner {
        /** The header is complete and in memory. */
        void headerComplete();

        /** More octets have come since then, and are in memory. */
        void grown();

        /** The end of data was found, or a chunk is complete. */
        void finished(MessageInput input);

        /** A bare CR or LF was found after DATA. */
        void broken(MessageInput input);

        /** A piece is on the disk, so that there may be room for more input. */
        void pieceWritten();
    }

    private final StoredBody body;
    private final DataDecoder decoder;
    private final Limits limits;
    private final Executor children;
    private final Executor loop;
    private final Owner owner;
    private final HeaderEnd headerEnd = new HeaderEnd();
    private boolean writing;
    private boolean finishing;
    private boolean headerTold;
    private boolean dropping;
    private boolean held;
    private Fault fault = Fault.NONE;
    private String spoolProblem = "";

    /**
     * Limits of a message.
     *
     * @param maxOctets largest message, line ends counted as one octet; 0 for no limit
     * @param inMemory up to how many octets stay in memory
     * @param inPlenty up to how many stay there while there is plenty of it
     * @param budget what all sessions together may take
     */
    record Limits(long maxOctets, int inMemory, int inPlenty, Budget budget) {
        private boolean keeps(long octets) {
            return octets <= inMemory || (octets <= inPlenty && budget.isPlenty());
        }
    }

    /**
     * @param children where pieces are written
     * @param loop runs tasks on the connection's own thread
     */
    MessageInput(
            StoredBody body,
            DataDecoder decoder,
            Limits limits,
            Executor children,
            Executor loop,
            Owner owner) {
        this.body = body;
        this.decoder = decoder;
        this.limits = limits;
        this.children = children;
        this.loop = loop;
        this.owner = owner;
    }

    /** Where the next octets are to be written: from {@link #position} on, at most {@code more}. */
    public byte[] room(int more) {
        if (dropping) {
            body.forget();
        }
        return body.room(more);
    }

    /** Where in the array of {@link #room} the next octets go. */
    public int position() {
        return body.end();
    }

    /**
     * Takes octets that were written into the room.
     *
     * @return how many of them belong to the message
     */
    public int accept(int count) {
        int from = body.end();
        int end = decoder.decode(body.room(0), from, from + count);
        body.setEnd(end);
        if (!dropping) {
            checkHeader();
            checkSize();
        }
        if (headerTold && !dropping) {
            owner.grown();
        }
        return decoder.consumed();
    }

    /**
     * What to do after {@link #accept}: whether the message, or the sender's patience with us, is
     * over.
     */
    public void advance() {
        switch (decoder.state()) {
            case ENDED -> finish();
            case BROKEN -> {
                setFault(Fault.BARE_LINE_END);
                owner.broken(this);
            }
            case OPEN -> makeRoom();
        }
    }

    private void checkHeader() {
        if (headerTold) {
            return;
        }
        boolean open = !headerEnd.find(body.room(0), body.end());
        int length = headerEnd.length();
        if (headerEnd.isBroken()) {
            setFault(Fault.BARE_LINE_END);
        } else if (length > MAX_HEADER || headerEnd.lines() > MAX_HEADER_LINES) {
            setFault(Fault.HEADER_TOO_BIG);
        } else if (open && length > MAX_UNSPOOLED && limits.budget().isSpent()) {
            setFault(Fault.NO_MEMORY);
        } else if (!open) {
            tellHeader();
        }
    }

    private void tellHeader() {
        headerTold = true;
        body.setHeaderEnd(headerEnd.length());
        owner.headerComplete();
    }

    /** A message of nothing but header. */
    private void endHeader() {
        if (!headerTold && !dropping) {
            headerEnd.finish(body.end());
            tellHeader();
        }
    }

    private void checkSize() {
        long size = body.size() - body.added() - decoder.lines();
        if (limits.maxOctets() > 0 && size > limits.maxOctets()) {
            setFault(Fault.TOO_BIG);
        }
    }

    private void setFault(Fault what) {
        if (fault == Fault.NONE) {
            fault = what;
        }
        dropping = true;
        body.forget();
    }

    /** Whether more input must wait until a piece is on its way to the disk. */
    public boolean isFull() {
        return writing && !dropping && body.inArray() >= pieceSize();
    }

    /** From now on all stays in memory; there are few octets, since nothing more is read. */
    void hold() {
        held = true;
    }

    /** What came may go where it is to be. */
    void letGo() {
        held = false;
        if (isOver()) {
            spoolRest();
        } else {
            makeRoom();
        }
    }

    private void makeRoom() {
        if (dropping || held || !headerTold) {
            return;
        }
        if (!isLarge()) {
            if (body.inArray() >= Pieces.PIECE) {
                body.shelve(Pieces.ofThisJvm().take());
            }
        } else if (!writing && (body.inArray() >= pieceSize() || !body.isSpooled())) {
            writePieces();
        }
    }

    private boolean isLarge() {
        boolean crowded = body.size() >= SMALL_PIECE && limits.budget().isSpent();
        return body.isSpooled() || crowded || !limits.keeps(body.size());
    }

    private int pieceSize() {
        return limits.budget().isSpent() ? SMALL_PIECE : Pieces.PIECE;
    }

    private void writePieces() {
        writing = true;
        boolean last = isOver() || limits.budget().isSpent();
        List<Piece> pieces = body.takePieces(last ? NOTHING : Pieces.ofThisJvm().take());
        long room = pieces.stream().mapToLong(piece -> piece.octets().length).sum();
        limits.budget().add(room);
        children.execute(
                () -> {
                    String problem = "";
                    try {
                        body.write(pieces);
                    } catch (IOException e) {
                        problem = String.valueOf(e.getMessage());
                    } finally {
                        body.giveBack(pieces);
                        limits.budget().add(-room);
                    }
                    String outcome = problem;
                    loop.execute(() -> piecesWritten(outcome));
                });
    }

    private void piecesWritten(String problem) {
        writing = false;
        if (!problem.isEmpty()) {
            spoolProblem = problem;
            setFault(Fault.SPOOL);
        }
        if (finishing) {
            finishing = false;
            owner.finished(this);
        }
        owner.pieceWritten();
    }

    private void finish() {
        endHeader();
        if (!held) {
            spoolRest();
        }
        chunkDone();
    }

    private void spoolRest() {
        boolean toSpool = !body.isSpooled() && !limits.keeps(body.size());
        if (toSpool && !writing && !dropping) {
            writePieces();
        }
    }

    /** Says that all octets of a chunk have come. */
    public void chunkDone() {
        if (writing) {
            finishing = true;
        } else {
            owner.finished(this);
        }
    }

    /** Says that the last chunk has come, so the header ends at the latest here. */
    void lastChunk() {
        if (!decoder.isWhole()) {
            setFault(Fault.BARE_LINE_END);
        }
        endHeader();
    }

    /** Why the message cannot be taken. */
    Fault fault() {
        return fault;
    }

    /** What the disk said, for the log. */
    String spoolProblem() {
        return spoolProblem;
    }

    /** Whether all octets have come, and the last of them are on their way to the disk. */
    boolean isFinishing() {
        return finishing;
    }

    /** Whether no more octets belong to the message. */
    public boolean isOver() {
        return decoder.state() != DataDecoder.State.OPEN;
    }

    /** Throws the rest away, whatever it is. */
    void drop() {
        dropping = true;
    }
}
