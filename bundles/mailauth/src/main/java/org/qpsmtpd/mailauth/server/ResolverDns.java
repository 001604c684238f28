package org.qpsmtpd.mailauth.server;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;

/**
 * The resolver of the mail server qpsmtpd as the library asks it, for the server's plugins.
 *
 * @param resolver who asks
 */
public record ResolverDns(Resolver resolver) implements Dns {
    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        return resolver.texts(escaped(name)).thenApply(answer -> result(answer, all -> all));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        return resolver.ask(escaped(name), DnsType.A)
                .thenApply(answer -> result(answer, List::<Inet4Address>copyOf));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        return resolver.ask(escaped(name), DnsType.AAAA)
                .thenApply(answer -> result(answer, List::<Inet6Address>copyOf));
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        return resolver.mailExchangers(escaped(name))
                .thenApply(
                        answer ->
                                result(
                                        answer,
                                        all ->
                                                plain(
                                                        all.stream()
                                                                .map(MailExchanger::host)
                                                                .toList())));
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        return resolver.pointers(address).thenApply(answer -> result(answer, ResolverDns::plain));
    }

    private static <F, T> DnsResult<T> result(
            DnsAnswer<F> answer, Function<List<F>, List<? extends T>> values) {
        return switch (answer.status()) {
            case FOUND -> DnsResult.of(List.copyOf(values.apply(answer.records())));
            case NO_DATA -> DnsResult.none(DnsResult.Status.NO_DATA);
            case NO_NAME -> DnsResult.none(DnsResult.Status.NO_NAME);
            case FAILED -> DnsResult.none(DnsResult.Status.FAILED);
        };
    }

    /** A host has no name with octets that have to be escaped. */
    private static List<String> plain(List<String> names) {
        return names.stream().filter(name -> name.indexOf('\\') < 0).toList();
    }

    /** The name as the resolver takes it: octets that are not printable ASCII are escaped. */
    private static String escaped(String name) {
        if (name.chars().allMatch(ResolverDns::isPlain)) {
            return name;
        }
        StringBuilder escaped = new StringBuilder(name.length() + 8);
        name.chars()
                .forEach(
                        c ->
                                escaped.append(
                                        isPlain(c)
                                                ? (char) c
                                                : String.format(Locale.ROOT, "\\%03d", c)));
        return escaped.toString();
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 0x7F && c != '\\';
    }
}
