package org.qpsmtpd.store.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.store.form.StoreRules;

/** The stores of a server on a Redis server. */
final class RedisStores implements OpenStores {
    private final RedisAddress address;
    private final Link link;
    private final Map<String, Store> stores = new ConcurrentHashMap<>();

    RedisStores(RedisAddress address, Link link) {
        this.address = address;
        this.link = link;
    }

    @Override
    public Store open(String name) {
        Store known = stores.get(StoreRules.name(name));
        return known != null ? known : stores.computeIfAbsent(name, n -> new RedisStore(n, link));
    }

    @Override
    public CompletionStage<List<String>> names() {
        TreeSet<String> names = new TreeSet<>(stores.keySet());
        Names found = new Names(names);
        return new Pages(link, Scripts.PREFIX, Pages.NOTHING)
                .each(found::add)
                .thenApply(count -> new ArrayList<>(names));
    }

    /** Collects the names of stores from their keys. */
    private record Names(TreeSet<String> names) {
        private static final int MOST = 1_000;

        void add(String place) {
            int start = Scripts.PREFIX.length();
            int end = place.indexOf(':', start);
            String name = end < 0 ? "" : place.substring(start, end);
            if (StoreRules.isName(name) && names.size() < MOST) {
                names.add(name);
            }
        }
    }

    @Override
    public String place() {
        return address.toString();
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.gauge("on_their_way", link.onTheirWay()),
                Figure.counter("asked", link.asked()),
                Figure.counter("failures", link.failed()),
                Figure.counter("connected", link.connected()));
    }

    @Override
    public void close() {
        link.close();
    }
}
