package org.qpsmtpd.store.redis;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to Redis on which questions follow each other without waiting for answers. Belongs
 * to its event loop: all calls are made there. When a question is not answered within the limit the
 * connection is closed, since no later answer could be told from it.
 */
final class Wire {
    static final long LIMIT_MILLIS = 2_000;

    private static final long LOOK_MILLIS = 100;
    private static final int LONGEST_LINE = 4_096;

    /** Questions of one turn of the event loop go to Redis together, so many at most. */
    private static final int MOST_AT_ONCE = 256;

    private final Deque<Question> asked = new ArrayDeque<>();
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private @Nullable Channel channel;
    private @Nullable String fault;

    private record Question(CompletableFuture<Reply> answer, long deadline) {}

    private Wire() {}

    /** Begins to connect. */
    static Wire to(EventLoop loop, RedisAddress.Host host, @Nullable SslContext tls) {
        Wire wire = new Wire();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) LIMIT_MILLIS)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        wire.lay(channel, host, tls);
                                    }
                                });
        var unused =
                bootstrap
                        .connect(host.name(), host.port())
                        .addListener(
                                result -> {
                                    if (!result.isSuccess()) {
                                        wire.end(reason(result.cause()));
                                    }
                                });
        return wire;
    }

    private void lay(Channel laid, RedisAddress.Host host, @Nullable SslContext tls) {
        channel = laid;
        if (tls != null) {
            SslHandler handler = tls.newHandler(laid.alloc(), host.name(), host.port());
            handler.setHandshakeTimeoutMillis(LIMIT_MILLIS);
            laid.pipeline().addLast(handler);
        }
        laid.pipeline()
                .addLast(new FlushConsolidationHandler(MOST_AT_ONCE, true))
                .addLast(new RedisDecoder(LONGEST_LINE, FixedRedisMessagePool.INSTANCE))
                .addLast(new TextLimit())
                .addLast(new RedisBulkStringAggregator())
                .addLast(new ReplyReader(this::answered))
                .addLast(new End());
    }

    /** Completes when questions can be asked; with false when it could not be reached. */
    CompletableFuture<Boolean> opened() {
        return opened;
    }

    /** Completes when the connection is no more, with the reason. */
    CompletableFuture<String> ended() {
        return ended;
    }

    /**
     * Asks; the stage fails with a {@link WireFault} when the connection ends before the answer.
     */
    CompletableFuture<Reply> ask(String... words) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        Channel open = channel;
        if (open == null || ended.isDone()) {
            answer.completeExceptionally(new WireFault(ended.getNow("not connected")));
            return answer;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        asked.add(new Question(answer, deadline));
        if (asked.size() == 1) {
            look(open);
        }
        var unused = open.writeAndFlush(encode(open, words), open.voidPromise());
        return answer;
    }

    private static ByteBuf encode(Channel open, String... words) {
        ByteBuf out = open.alloc().buffer();
        ByteBufUtil.writeAscii(out, "*" + words.length + "\r\n");
        for (String word : words) {
            byte[] octets = word.getBytes(StandardCharsets.UTF_8);
            ByteBufUtil.writeAscii(out, "$" + octets.length + "\r\n");
            out.writeBytes(octets);
            ByteBufUtil.writeAscii(out, "\r\n");
        }
        return out;
    }

    /** Looks after the oldest question, as long as there is one. */
    private void look(Channel open) {
        var unused =
                open.eventLoop()
                        .schedule(
                                () -> {
                                    Question oldest = asked.peek();
                                    if (oldest == null) {
                                        return;
                                    }
                                    if (System.nanoTime() - oldest.deadline > 0) {
                                        close("no answer within " + LIMIT_MILLIS + " ms");
                                    } else {
                                        look(open);
                                    }
                                },
                                LOOK_MILLIS,
                                TimeUnit.MILLISECONDS);
    }

    private void answered(Reply reply) {
        Question first = asked.poll();
        if (first == null) {
            throw new IllegalStateException("an answer that nobody asked for");
        }
        first.answer.complete(reply);
    }

    /** Ends the connection for a reason. */
    void close(String reason) {
        end(reason);
        Channel open = channel;
        if (open != null) {
            var unused = open.close();
        }
    }

    private void end(String reason) {
        if (!ended.complete(reason)) {
            return;
        }
        opened.complete(false);
        for (Question each = asked.poll(); each != null; each = asked.poll()) {
            each.answer.completeExceptionally(new WireFault(reason));
        }
    }

    private static String reason(Throwable cause) {
        @Nullable Throwable inner = cause.getCause();
        String text = String.valueOf((inner == null ? cause : inner).getMessage());
        return WireFault.clean(text);
    }

    /** The end of the pipeline: what the connection itself tells. */
    private final class End extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            opened.complete(true);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(fault == null ? "the connection was closed" : fault);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fault = reason(cause);
            close(fault);
        }
    }
}
