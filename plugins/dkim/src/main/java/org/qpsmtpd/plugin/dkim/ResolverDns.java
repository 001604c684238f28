package org.qpsmtpd.plugin.dkim;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;

/** The server's resolver as the library asks it; for keys, which are texts. */
record ResolverDns(Resolver resolver) implements Dns {
    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        return resolver.texts(name).thenApply(ResolverDns::result);
    }

    private static DnsResult<String> result(DnsAnswer<String> answer) {
        return switch (answer.status()) {
            case FOUND -> DnsResult.of(answer.records());
            case NO_DATA -> DnsResult.none(Status.NO_DATA);
            case NO_NAME -> DnsResult.none(Status.NO_NAME);
            case FAILED -> DnsResult.none(Status.FAILED);
        };
    }

    private static <T> CompletionStage<DnsResult<T>> notAsked() {
        return CompletableFuture.completedFuture(DnsResult.none(Status.FAILED));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        return notAsked();
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        return notAsked();
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        return notAsked();
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        return notAsked();
    }
}
