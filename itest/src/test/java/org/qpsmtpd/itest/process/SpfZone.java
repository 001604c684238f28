package org.qpsmtpd.itest.process;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.qpsmtpd.api.net.ReverseName;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;

/**
 * The DNS as a case has it.
 *
 * @param entries the records
 */
record SpfZone(List<SpfCases.Entry> entries) implements Dns {
    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        return done(name, values(name, "TXT").toList());
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        return done(name, values(name, "A").map(SpfZone::address).toList());
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        return done(name, values(name, "AAAA").map(SpfZone::address).toList());
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        return done(
                name,
                values(name, "MX")
                        .sorted()
                        .map(value -> value.substring(value.indexOf(' ') + 1))
                        .toList());
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        String name = ReverseName.pointer(address);
        return done(name, values(name, "PTR").toList());
    }

    private Stream<String> values(String name, String type) {
        String key = name.toLowerCase(Locale.ROOT);
        return entries.stream()
                .filter(entry -> entry.name().equals(key) && entry.type().equals(type))
                .map(SpfCases.Entry::value);
    }

    private <T> CompletionStage<DnsResult<T>> done(String name, List<T> found) {
        boolean isSilent = values(name, "TIMEOUT").findAny().isPresent();
        return CompletableFuture.completedFuture(
                isSilent ? DnsResult.none(Status.FAILED) : DnsResult.of(found));
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
