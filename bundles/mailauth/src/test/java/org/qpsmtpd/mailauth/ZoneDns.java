package org.qpsmtpd.mailauth;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.qpsmtpd.mailauth.DnsResult.Status;

/** Answers out of a list of records, as the suites write them; it notes what it was asked. */
public final class ZoneDns implements Dns {
    private static final int MOST_ALIASES = 8;

    private final Map<String, List<Entry>> zone = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private final Executor executor;

    private record Entry(String type, Object value) {}

    /** Answers at once. */
    public ZoneDns() {
        this(Runnable::run);
    }

    /** Answers when the executor comes to it. */
    public ZoneDns(Executor executor) {
        this.executor = executor;
    }

    /**
     * Adds a record.
     *
     * @param type {@code TIMEOUT} for no answer to what was not listed before
     * @param value a text, or a list of some
     */
    public ZoneDns with(String name, String type, Object value) {
        zone.computeIfAbsent(key(name), k -> new ArrayList<>()).add(new Entry(type, value));
        return this;
    }

    /** What was asked, as {@code TXT example.org}, in order. */
    public List<String> questions() {
        return questions;
    }

    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        return ask(name, "TXT", value -> value instanceof List<?> all ? joined(all) : "" + value);
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        return ask(name, "A", ZoneDns::address);
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        return ask(name, "AAAA", ZoneDns::address);
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        return ask(name, "MX", value -> value)
                .thenApply(
                        found ->
                                new DnsResult<>(
                                        found.status(),
                                        found.records().stream()
                                                .map(value -> (List<?>) value)
                                                .sorted(Comparator.comparingInt(ZoneDns::rank))
                                                .map(value -> withoutDot("" + value.get(1)))
                                                .toList()));
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        return ask(reverse(address), "PTR", value -> withoutDot("" + value));
    }

    private static int rank(List<?> exchanger) {
        return (Integer) exchanger.get(0);
    }

    private <T> CompletionStage<DnsResult<T>> ask(
            String name, String type, Function<Object, T> reader) {
        questions.add(type + " " + name);
        CompletableFuture<DnsResult<T>> answer = new CompletableFuture<>();
        executor.execute(() -> answer.complete(answer(key(name), type, reader, 0)));
        return answer;
    }

    private <T> DnsResult<T> answer(
            String name, String type, Function<Object, T> reader, int aliases) {
        List<Entry> entries = zone.get(name);
        if (entries == null) {
            return DnsResult.none(Status.NO_NAME);
        }
        boolean hasText = entries.stream().anyMatch(entry -> entry.type().equals("TXT"));
        List<T> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.type().equals("TIMEOUT") && found.isEmpty()) {
                return DnsResult.none(Status.FAILED);
            }
            if (entry.type().equals("CNAME")) {
                return aliases == MOST_ALIASES
                        ? DnsResult.none(Status.FAILED)
                        : answer(key("" + entry.value()), type, reader, aliases + 1);
            }
            boolean isText = entry.type().equals("SPF") && !hasText && type.equals("TXT");
            if ((entry.type().equals(type) || isText) && !entry.value().equals("NONE")) {
                found.add(reader.apply(entry.value()));
            }
        }
        return DnsResult.of(found);
    }

    private static String joined(List<?> strings) {
        StringBuilder joined = new StringBuilder();
        strings.forEach(joined::append);
        return joined.toString();
    }

    private static InetAddress address(Object literal) {
        try {
            return InetAddress.getByName("" + literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String key(String name) {
        return withoutDot(name).toLowerCase(Locale.ROOT);
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static String reverse(InetAddress address) {
        StringBuilder name = new StringBuilder();
        byte[] octets = address.getAddress();
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xFF;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Integer.toHexString(octet & 15)).append('.');
                name.append(Integer.toHexString(octet >> 4)).append('.');
            }
        }
        return name.append(octets.length == 4 ? "in-addr.arpa" : "ip6.arpa").toString();
    }
}
