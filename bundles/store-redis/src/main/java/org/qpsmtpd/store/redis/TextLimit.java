package org.qpsmtpd.store.redis;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;

/** Refuses a text that is larger than any that a store holds, before room is made for it. */
final class TextLimit extends ChannelInboundHandlerAdapter {
    private static final int LARGEST = 1 << 20;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof BulkStringHeaderRedisMessage header
                && header.bulkStringLength() > LARGEST) {
            throw new IllegalStateException("an answer has a text that is too large");
        }
        context.fireChannelRead(message);
    }
}
