package org.qpsmtpd.bench.bare;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;

/**
 * As little as a server of SMTP can do with Netty: it answers each line by its first letter, looks
 * for the end of a message and forgets it. It checks nothing and limits nothing; what it costs is
 * what the sockets cost.
 */
final class BareServer {
    private BareServer() {}

    /** Serves on a port of 127.0.0.1 until it is killed. */
    public static void main(String[] words) throws InterruptedException {
        var loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new BareHandler());
                            }
                        })
                .bind("127.0.0.1", Integer.parseInt(words[0]))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }
}
