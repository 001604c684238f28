package org.qpsmtpd.store.redis;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.store.form.StoreForm;

/** The forms {@code redis://}, {@code rediss://} and those with {@code +sentinel}. */
@Component
public final class RedisForm implements StoreForm {
    private @Nullable EventLoopGroup loops;

    @Override
    public boolean takes(String setting) {
        return RedisAddress.isOne(setting);
    }

    @Override
    public void check(String setting) {
        var unused = RedisAddress.parse(setting);
    }

    @Override
    public synchronized OpenStores open(ServerHome home, String setting) {
        RedisAddress address = RedisAddress.parse(setting);
        SslContext tls = address.isEncrypted() ? tls(address.authorities()) : null;
        EventLoopGroup group = loops;
        if (group == null) {
            group =
                    new MultiThreadIoEventLoopGroup(
                            1,
                            new DefaultThreadFactory("qpsmtpd-redis", true),
                            NioIoHandler.newFactory());
            loops = group;
        }
        return new RedisStores(address, new Link(address, group.next(), tls));
    }

    private static SslContext tls(@Nullable Path authorities) {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .endpointIdentificationAlgorithm("HTTPS");
        try {
            if (authorities != null) {
                if (!Files.isReadable(authorities)) {
                    throw new IllegalArgumentException(
                            "the certificates in '" + authorities + "' cannot be read");
                }
                builder.trustManager(authorities.toFile());
            }
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    @Deactivate
    synchronized void close() {
        EventLoopGroup group = loops;
        loops = null;
        if (group != null) {
            var unused = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        }
    }
}
