package org.qpsmtpd.mailauth.signature;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;

/** A DNS of TXT records; any other name does not exist. */
public final class KeyZone implements Dns {
    private final Map<String, CompletionStage<DnsResult<String>>> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    /** Adds a name with its records. */
    public KeyZone with(String name, String... texts) {
        return with(name, CompletableFuture.completedFuture(DnsResult.of(List.of(texts))));
    }

    /** Adds a name with such an answer. */
    public KeyZone with(String name, DnsResult.Status status) {
        return with(name, CompletableFuture.completedFuture(DnsResult.none(status)));
    }

    /** Adds a name whose answer may still be on its way. */
    public KeyZone with(String name, CompletionStage<DnsResult<String>> answer) {
        answers.put(name, answer);
        return this;
    }

    /** The names that were asked for. */
    public List<String> asked() {
        return asked;
    }

    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        asked.add(name);
        return answers.getOrDefault(
                name, CompletableFuture.completedFuture(DnsResult.none(DnsResult.Status.NO_NAME)));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        throw new AssertionError("a key is a text");
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        throw new AssertionError("a key is a text");
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        throw new AssertionError("a key is a text");
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        throw new AssertionError("a key is a text");
    }
}
