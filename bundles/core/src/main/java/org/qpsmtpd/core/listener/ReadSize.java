package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much is read from a connection at once: little while it sends commands, since what is read
 * must be kept until they are answered, and more while it sends a message.
 */
final class ReadSize extends AdaptiveRecvByteBufAllocator {
    private static final int FEWEST = 512;
    private static final int FIRST = 2048;
    private static final int FOR_COMMANDS = 8 * 1024;
    private static final int FOR_MESSAGES = 64 * 1024;

    private int most = FOR_COMMANDS;

    private ReadSize() {
        super(FEWEST, FIRST, FOR_MESSAGES);
    }

    /** Gives a new connection a size of its own. */
    static void install(Channel channel) {
        channel.config().setRecvByteBufAllocator(new ReadSize());
    }

    /** The size of a connection that has one. */
    static ReadSize of(Channel channel) {
        return channel.config().getRecvByteBufAllocator();
    }

    /** From here on the connection sends commands. */
    void forCommands() {
        most = FOR_COMMANDS;
    }

    /** From here on the connection sends a message. */
    void forMessage() {
        most = FOR_MESSAGES;
    }

    @Override
    @SuppressWarnings("deprecation") // so in the class that is extended
    public Handle newHandle() {
        return new Bounded((ExtendedHandle) super.newHandle());
    }

    private final class Bounded extends RecvByteBufAllocator.DelegatingHandle
            implements RecvByteBufAllocator.ExtendedHandle {
        private final ExtendedHandle adaptive;

        Bounded(ExtendedHandle adaptive) {
            super(adaptive);
            this.adaptive = adaptive;
        }

        @Override
        public int guess() {
            return Math.min(adaptive.guess(), most);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator buffers) {
            return buffers.ioBuffer(guess());
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return adaptive.continueReading(mayHaveMore);
        }
    }
}
