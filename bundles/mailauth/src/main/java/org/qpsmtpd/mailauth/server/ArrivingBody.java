package org.qpsmtpd.mailauth.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.BodyFollower;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Transaction;

/**
 * The body of a message, given as it arrives: to be begun in {@code data_headers_end}, and ended in
 * {@code data_post_headers}. For one thread at a time.
 */
public final class ArrivingBody {
    private static final int PIECE = 64 * 1024;
    private static final int EMPTY_LINE = 2;

    private final BodyFollower reader;
    private long given;

    private ArrivingBody(BodyFollower reader) {
        this.reader = reader;
    }

    /**
     * Gives a whole body from where it lies. Waits for the disk when it lies there.
     *
     * @throws IOException when it cannot be read
     */
    public static void read(MessageBody body, BodyFollower reader) throws IOException {
        new ArrivingBody(reader).end(body);
    }

    /**
     * Answers when the body was given whole; to be called within {@code data_post_headers}. What
     * was not given while it arrived is read, on a child: the whole where none was begun.
     *
     * @param reader takes what is left
     * @param then makes the answer; not called when the body cannot be read, which is logged and
     *     declined
     */
    public static HookResult whole(
            @Nullable ArrivingBody begun,
            Transaction transaction,
            BodyFollower reader,
            Supplier<HookResult> then) {
        ArrivingBody arriving = begun == null ? new ArrivingBody(reader) : begun;
        if (arriving.left(transaction.body()) <= 0) {
            return then.get();
        }
        return HookResult.onChild(() -> arriving.read(transaction, then));
    }

    private HookResult read(Transaction transaction, Supplier<HookResult> then) {
        try {
            end(transaction.body());
        } catch (IOException e) {
            String reason = "a message cannot be read to be verified: " + e.getMessage();
            transaction.connection().log(LogLevel.ERROR, List.of(reason));
            return HookResult.DECLINED.because("error: " + e.getMessage());
        }
        return then.get();
    }

    /**
     * Gives the body from now on; to be called within {@code data_headers_end}.
     *
     * @param reader takes what follows the empty line behind the header, in pieces
     */
    public static ArrivingBody follow(Transaction transaction, BodyFollower reader) {
        ArrivingBody body = new ArrivingBody(reader);
        transaction.followBody(body::take);
        return body;
    }

    private void take(byte[] octets, int from, int count) {
        reader.take(octets, from, count);
        given += count;
    }

    private long left(MessageBody body) {
        return body.size() - body.bodyStart() - EMPTY_LINE - given;
    }

    /** Gives what was not given while it arrived, from where it lies; most often nothing. */
    private void end(MessageBody body) throws IOException {
        long left = left(body);
        if (left <= 0) {
            return;
        }
        byte[] piece = new byte[(int) Math.min(PIECE, left)];
        try (InputStream in = body.openBody()) {
            in.skipNBytes(EMPTY_LINE + given);
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                take(piece, 0, count);
            }
        }
    }
}
