package org.qpsmtpd.store.redis;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Puts answers together; one that is deeper, longer or larger than any we ask for is a fault. */
final class ReplyReader extends SimpleChannelInboundHandler<RedisMessage> {
    private static final int DEEPEST = 4;
    private static final int MOST_PARTS = 20_000;
    private static final long MOST_OCTETS = 32 << 20;

    private final Consumer<Reply> taker;
    private final Deque<Open> open = new ArrayDeque<>();
    private int parts;
    private long octets;

    private record Open(long length, List<Reply> parts) {}

    /**
     * @param taker is given each answer
     */
    ReplyReader(Consumer<Reply> taker) {
        this.taker = taker;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, RedisMessage message) {
        parts++;
        if (parts > MOST_PARTS || octets > MOST_OCTETS) {
            throw new IllegalStateException("an answer is too large");
        }
        if (message instanceof ArrayHeaderRedisMessage header) {
            begin(header.length());
        } else {
            put(reply(message));
        }
    }

    private void begin(long length) {
        if (length < 0) {
            put(new Reply.Text(null));
            return;
        }
        if (length > MOST_PARTS || open.size() == DEEPEST) {
            throw new IllegalStateException("an answer has too many parts");
        }
        if (length == 0) {
            put(new Reply.Many(List.of()));
            return;
        }
        open.push(new Open(length, new ArrayList<>()));
    }

    private void put(Reply reply) {
        Reply whole = reply;
        while (!open.isEmpty()) {
            Open last = open.peek();
            last.parts.add(whole);
            if (last.parts.size() < last.length) {
                return;
            }
            open.pop();
            whole = new Reply.Many(List.copyOf(last.parts));
        }
        parts = 0;
        octets = 0;
        taker.accept(whole);
    }

    private Reply reply(RedisMessage message) {
        if (message instanceof FullBulkStringRedisMessage text) {
            octets += text.content().readableBytes();
            return new Reply.Text(
                    text.isNull() ? null : text.content().toString(StandardCharsets.UTF_8));
        }
        if (message instanceof IntegerRedisMessage number) {
            return new Reply.Whole(number.value());
        }
        if (message instanceof SimpleStringRedisMessage text) {
            return new Reply.Text(text.content());
        }
        if (message instanceof ErrorRedisMessage fault) {
            return new Reply.Fault(fault.content());
        }
        throw new IllegalStateException("an answer of another kind than was asked for");
    }
}
