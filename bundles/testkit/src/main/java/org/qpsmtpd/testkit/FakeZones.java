package org.qpsmtpd.testkit;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.net.ReverseName;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;

/** What a {@link FakeNameServer} knows, and the answers it makes of that. */
final class FakeZones {
    private static final int HOUR = 3600;
    private static final int LEAST_DATAGRAM = 512;
    private static final int MOST_ALIASES = 16;
    private static final int SERVFAIL = 2;
    private static final int NXDOMAIN = 3;

    private final Map<String, Map<DnsType<?>, List<byte[]>>> records = new HashMap<>();
    private final Map<String, Status> fixed = new HashMap<>();
    private final Set<String> existing = new HashSet<>();
    private int ttl = HOUR;
    private int negativeTtl = HOUR;
    private boolean authenticated;

    static String pointer(String ip) {
        return ReverseName.pointer(Network.parseAddress(ip));
    }

    synchronized void add(String name, DnsType<?> type, List<String> texts) {
        String key = key(name);
        List<byte[]> all =
                records.computeIfAbsent(key, k -> new LinkedHashMap<>())
                        .computeIfAbsent(type, t -> new CopyOnWriteArrayList<>());
        for (String text : texts) {
            all.add(DnsOctets.data(type, text));
        }
        // Names above a name exist, too (RFC 8020).
        for (String each = key; !each.isEmpty(); each = parent(each)) {
            existing.add(each);
        }
    }

    synchronized void fix(String name, Status status) {
        fixed.put(key(name), status);
    }

    synchronized void clear() {
        records.clear();
        fixed.clear();
        existing.clear();
    }

    synchronized void ttl(int seconds) {
        ttl = seconds;
    }

    synchronized void negativeTtl(int seconds) {
        negativeTtl = seconds;
    }

    synchronized void authenticated(boolean are) {
        authenticated = are;
    }

    private static String key(String name) {
        String absolute = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return absolute.toLowerCase(Locale.ROOT);
    }

    private static String parent(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    /** The question of a query, such as {@code MX example.org}. */
    static String question(byte[] query) {
        DnsOctets.Question question = DnsOctets.question(query);
        return question.typeName() + " " + key(question.name());
    }

    /**
     * Answers a query.
     *
     * @throws IllegalArgumentException when it is none
     */
    synchronized byte[] answer(byte[] query, boolean isTcp) {
        DnsOctets.Question question = DnsOctets.question(query);
        DnsOctets answer = new DnsOctets(query, question, authenticated);
        follow(answer, question, key(question.name()));
        byte[] whole = answer.bytes();
        int most = Math.max(LEAST_DATAGRAM, question.datagram());
        return isTcp || whole.length <= most
                ? whole
                : new DnsOctets(query, question, authenticated).truncated();
    }

    /** Aliases that lead in a circle are answered as far as they are new. */
    private void follow(DnsOctets answer, DnsOctets.Question question, String asked) {
        String name = asked;
        for (int i = 0; i < MOST_ALIASES; i++) {
            Status status = fixed.get(name);
            Map<DnsType<?>, List<byte[]>> found = status == null ? find(name) : null;
            if (found == null) {
                nothing(answer, status == null ? absence(name) : status);
                return;
            }
            List<byte[]> wanted = found.getOrDefault(question.type(), List.of());
            List<byte[]> aliases = found.getOrDefault(DnsType.CNAME, List.of());
            if (!wanted.isEmpty() || aliases.isEmpty()) {
                for (byte[] data : wanted) {
                    answer.record(name, question.typeCode(), ttl, data);
                }
                if (wanted.isEmpty()) {
                    nothing(answer, Status.NO_DATA);
                }
                return;
            }
            answer.record(name, DnsType.CNAME.code(), ttl, aliases.get(0));
            name = key(DnsOctets.name(ByteBuffer.wrap(aliases.get(0))));
        }
    }

    private @Nullable Map<DnsType<?>, List<byte[]>> find(String name) {
        Map<DnsType<?>, List<byte[]>> own = records.get(name);
        if (own != null || existing.contains(name)) {
            return own;
        }
        for (String above = parent(name); !above.isEmpty(); above = parent(above)) {
            Map<DnsType<?>, List<byte[]>> all = records.get("*." + above);
            if (all != null || existing.contains(above)) {
                return all;
            }
        }
        return null;
    }

    private Status absence(String name) {
        return existing.contains(name) ? Status.NO_DATA : Status.NO_NAME;
    }

    private void nothing(DnsOctets answer, Status status) {
        if (status == Status.FAILED) {
            answer.code(SERVFAIL);
            return;
        }
        if (status == Status.NO_NAME) {
            answer.code(NXDOMAIN);
        }
        if (negativeTtl >= 0) {
            String start = "ns.test. hostmaster.test. 1 3600 600 86400 " + negativeTtl;
            answer.authority("", negativeTtl, DnsOctets.data(DnsType.SOA, start));
        }
    }
}
