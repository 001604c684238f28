package org.qpsmtpd.peers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Outgoing;

/**
 * Sends a question, or its rest, piece by piece, each when the one before has gone. Belongs to the
 * event loop, but for the reading of what lies in a file.
 */
final class Sending {
    private static final int PIECE = 64 * 1024;

    private final Outgoing question;
    private final boolean endsOutput;
    private final Channel channel;
    private final Executor files;
    private final Owner owner;

    /** One thread at a time reads, handed over by way of the loop. */
    private @Nullable InputStream stream;

    private boolean isReading;
    private boolean isRead;
    private volatile boolean isStopped;
    private boolean isSent;

    /** Who is told. */
    interface Owner {
        /** The question cannot be read, which is no fault of the peer. */
        void unreadable(String why);

        /** All of it has gone. */
        void sent();
    }

    Sending(Outgoing question, boolean endsOutput, Channel channel, Executor files, Owner owner) {
        this.question = question;
        this.endsOutput = endsOutput;
        this.channel = channel;
        this.files = files;
        this.owner = owner;
    }

    void start() {
        step();
    }

    /** Sends no more. */
    void stop() {
        isStopped = true;
        if (!isReading) {
            close();
        }
    }

    /** Whether all of it has gone. */
    boolean isSent() {
        return isSent;
    }

    private void step() {
        if (!question.waits()) {
            send(read());
            return;
        }
        isReading = true;
        try {
            files.execute(this::readAside);
        } catch (RejectedExecutionException e) {
            isReading = false;
            owner.unreadable("the way to it has been closed");
        }
    }

    private void readAside() {
        ByteBuf piece = isStopped ? null : read();
        try {
            channel.eventLoop().execute(() -> send(piece));
        } catch (RejectedExecutionException e) {
            close();
            release(piece);
        }
    }

    private static void release(@Nullable ByteBuf piece) {
        if (piece != null) {
            piece.release();
        }
    }

    /** The next piece, maybe empty at the end; null when it cannot be read. */
    private @Nullable ByteBuf read() {
        int room = (int) Math.min(PIECE, question.size() + 1);
        ByteBuf piece = channel.alloc().buffer(room);
        boolean isGood = false;
        try {
            InputStream in = stream;
            if (in == null) {
                in = question.open();
                stream = in;
            }
            int count = 0;
            while (count >= 0 && piece.isWritable()) {
                count = piece.writeBytes(in, piece.writableBytes());
            }
            isRead = count < 0;
            if (isRead) {
                close();
            }
            isGood = true;
            return piece;
        } catch (IOException | RuntimeException e) {
            close();
            return null;
        } finally {
            if (!isGood) {
                piece.release();
            }
        }
    }

    private void close() {
        InputStream open = stream;
        stream = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it was only read
            }
        }
    }

    private void send(@Nullable ByteBuf piece) {
        isReading = false;
        if (isStopped) {
            close();
            release(piece);
            return;
        }
        if (piece == null) {
            isStopped = true;
            owner.unreadable("the message cannot be read");
            return;
        }
        var unused =
                channel.writeAndFlush(piece)
                        .addListener(
                                result -> {
                                    if (!result.isSuccess()) {
                                        stop(); // what it has said may still come
                                    } else if (isRead) {
                                        finish();
                                    } else if (!isStopped) {
                                        step();
                                    }
                                });
    }

    private void finish() {
        isSent = true;
        SslHandler tls = endsOutput ? channel.pipeline().get(SslHandler.class) : null;
        if (tls != null) {
            var unused = tls.closeOutbound();
        } else if (endsOutput) {
            var unused = ((DuplexChannel) channel).shutdownOutput();
        }
        owner.sent();
    }
}
