package org.qpsmtpd.core.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a connection closes: by us, after the last reply and a while for the client to read it, or
 * after the client's last octet.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a failed write closes the channel, which is an event
final class Closing {
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long KILLED_LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Channel channel;
    private final Patience patience;
    private boolean inputEnded;
    private boolean lingering;
    private boolean closed;

    /**
     * @param patience how long the client may still take
     */
    Closing(Channel channel, Patience patience) {
        this.channel = channel;
        this.patience = patience;
    }

    /** Whether the last reply was said. */
    boolean isLingering() {
        return lingering;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether nothing is taken from the client any more, and nothing said. */
    boolean isOver() {
        return lingering || closed;
    }

    /** The channel is closed. */
    void setClosed() {
        closed = true;
    }

    /** Whether the client has sent its last octet. */
    boolean isInputEnded() {
        return inputEnded;
    }

    /** The client sends nothing more. */
    void endInput() {
        inputEnded = true;
    }

    /**
     * After the client's last octet: what has come is still answered, then there is nothing to wait
     * for.
     *
     * @param answered whether all that has come is answered, and nothing more goes on
     */
    void closeWhenDone(boolean answered) {
        if (inputEnded && (lingering || answered) && !closed) {
            whenWritten().addListener(written -> channel.close());
        }
    }

    /** Nothing more is said from here on, but what is on its way to the client. */
    void begin() {
        lingering = true;
    }

    /**
     * Closes once the replies are out. When the client is still sending, only our half is closed
     * and its input thrown away for a while, so that the last reply reaches it.
     *
     * @param tls tells the client of the end before; null in clear
     */
    void linger(boolean sending, @Nullable Encryption tls) {
        patience.endIn(LINGER_NANOS);
        if (sending && channel instanceof DuplexChannel duplex) {
            channel.config().setAutoRead(true);
            channel.write(channel.alloc().buffer(0)).addListener(written -> endOutput(duplex, tls));
            channel.flush();
        } else {
            whenWritten().addListener(written -> channel.close());
        }
    }

    private ChannelFuture whenWritten() {
        return channel.writeAndFlush(channel.alloc().buffer(0));
    }

    private static void endOutput(DuplexChannel duplex, @Nullable Encryption tls) {
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> duplex.shutdownOutput());
        }
    }

    /**
     * Ends the connection soon whatever it is doing; one that is ending already is closed at once.
     *
     * @param end says the last word and ends the session
     */
    void cutOff(Runnable end) {
        if (lingering) {
            channel.close();
        } else if (!closed) {
            end.run();
            patience.endIn(KILLED_LINGER_NANOS);
        }
    }
}
