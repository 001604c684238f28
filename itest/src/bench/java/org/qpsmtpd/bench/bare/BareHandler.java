package org.qpsmtpd.bench.bare;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/** One connection. */
final class BareHandler extends ChannelInboundHandlerAdapter {
    private static final byte[] END = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

    /** How much of {@link #END} the message ends with so far; it begins as after a line. */
    private int matched;

    private boolean message;
    private char first;

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(line(context, "220 bare ESMTP"));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        ByteBuf octets = (ByteBuf) received;
        while (octets.isReadable()) {
            if (message) {
                skipMessage(context, octets);
            } else {
                takeLine(context, octets);
            }
        }
        octets.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private void takeLine(ChannelHandlerContext context, ByteBuf octets) {
        if (first == 0) {
            first = (char) octets.getByte(octets.readerIndex());
        }
        int length = octets.bytesBefore((byte) '\n');
        octets.skipBytes(length < 0 ? octets.readableBytes() : length + 1);
        if (length >= 0) {
            answer(context);
            first = 0;
        }
    }

    private void answer(ChannelHandlerContext context) {
        switch (first) {
            case 'D', 'd' -> {
                message = true;
                matched = 2;
                context.write(line(context, "354 go ahead"));
            }
            case 'Q', 'q' ->
                    context.writeAndFlush(line(context, "221 bye"))
                            .addListener(ChannelFutureListener.CLOSE);
            default -> context.write(line(context, "250 ok"));
        }
    }

    private void skipMessage(ChannelHandlerContext context, ByteBuf octets) {
        while (octets.isReadable()) {
            if (matched == 0) {
                int skipped = octets.bytesBefore((byte) '\r');
                octets.skipBytes(skipped < 0 ? octets.readableBytes() : skipped);
                if (skipped < 0) {
                    return;
                }
            }
            byte octet = octets.readByte();
            matched = octet == END[matched] ? matched + 1 : octet == '\r' ? 1 : 0;
            if (matched == END.length) {
                message = false;
                context.write(line(context, "250 Queued!"));
                return;
            }
        }
    }

    private static ByteBuf line(ChannelHandlerContext context, String text) {
        ByteBuf line = context.alloc().buffer(text.length() + 2);
        ByteBufUtil.writeAscii(line, text);
        return line.writeByte('\r').writeByte('\n');
    }
}
