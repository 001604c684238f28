package org.qpsmtpd.mailauth.signature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/** Finds keys in the DNS, and keeps those that were read by their texts. Safe for many threads. */
public final class Keys {
    private static final int KEPT = 1000;
    private static final int LONGEST_KEPT = 2048;
    private static final int MOST_RECORDS = 10;
    private static final FoundKey NO_KEY = FoundKey.none("there is no such key");

    private final Dns dns;
    private final KeyLimits limits;
    private final Map<String, FoundKey> read = new Recent();

    private static final class Recent extends LinkedHashMap<String, FoundKey> {
        private static final long serialVersionUID = 1;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, FoundKey> eldest) {
            return size() > KEPT;
        }
    }

    /**
     * @param dns asked for TXT records
     */
    public Keys(Dns dns, KeyLimits limits) {
        this.dns = dns;
        this.limits = limits;
    }

    /**
     * Looks a key up.
     *
     * @param selector in A-labels
     * @param domain in A-labels
     * @param algorithm a key for it comes before others where there are several
     * @return never completes with an exception
     */
    public CompletionStage<FoundKey> find(String selector, String domain, Algorithm algorithm) {
        String name = selector + "._domainkey." + domain;
        if (!DomainName.isName(name)) {
            return CompletableFuture.completedFuture(NO_KEY);
        }
        return dns.texts(name).thenApply(answer -> choose(answer, algorithm));
    }

    private FoundKey choose(DnsResult<String> answer, Algorithm algorithm) {
        if (answer.isFailed()) {
            return FoundKey.later("the DNS does not answer for the key");
        }
        if (!answer.isFound()) {
            return NO_KEY;
        }
        List<FoundKey> found =
                answer.records().stream().limit(MOST_RECORDS).map(this::read).toList();
        return found.stream()
                .filter(key -> key.record().filter(r -> r.algorithm() == algorithm).isPresent())
                .findFirst()
                .or(() -> found.stream().filter(key -> key.record().isPresent()).findFirst())
                .orElse(found.get(0));
    }

    private FoundKey read(String text) {
        synchronized (read) {
            @Nullable FoundKey known = read.get(text);
            if (known != null) {
                return known;
            }
        }
        FoundKey key = parse(text);
        if (text.length() <= LONGEST_KEPT) {
            synchronized (read) {
                read.put(text, key);
            }
        }
        return key;
    }

    private FoundKey parse(String text) {
        try {
            return FoundKey.of(KeyRecord.parse(text, limits));
        } catch (Unacceptable e) {
            return FoundKey.none(e.reason());
        }
    }
}
