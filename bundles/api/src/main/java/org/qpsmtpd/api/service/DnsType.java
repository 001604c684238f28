package org.qpsmtpd.api.service;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;

/**
 * A type of DNS records, with what one of them is to a plugin.
 *
 * <p>Host names in records are lower case and without trailing dot; the root is the empty string.
 * Octets of a name that are not printable ASCII are written {@code \DDD} (RFC 1035, 5.1).
 *
 * @param <T> what a record holds
 */
@SuppressWarnings("UnusedTypeParameter") // says what an answer holds
public final class DnsType<T> {
    /** IPv4 addresses. */
    public static final DnsType<Inet4Address> A = new DnsType<>("A", 1);

    /** Names of the servers of a zone. */
    public static final DnsType<String> NS = new DnsType<>("NS", 2);

    /** The name that this one stands for; questions of other types follow it by themselves. */
    public static final DnsType<String> CNAME = new DnsType<>("CNAME", 5);

    /** How a zone begins. */
    public static final DnsType<ZoneStart> SOA = new DnsType<>("SOA", 6);

    /** Names of an address; see {@link Resolver#pointers}. */
    public static final DnsType<String> PTR = new DnsType<>("PTR", 12);

    /** Mail exchangers, the lowest preference first. */
    public static final DnsType<MailExchanger> MX = new DnsType<>("MX", 15);

    /** Texts, the strings of a record joined, one character (U+0000 to U+00FF) for each octet. */
    public static final DnsType<String> TXT = new DnsType<>("TXT", 16);

    /** IPv6 addresses. */
    public static final DnsType<Inet6Address> AAAA = new DnsType<>("AAAA", 28);

    /** Where a service is, the lowest priority first. */
    public static final DnsType<ServiceLocation> SRV = new DnsType<>("SRV", 33);

    /** Certificates of a server (RFC 6698). */
    public static final DnsType<TlsaRecord> TLSA = new DnsType<>("TLSA", 52);

    /** All types there are. */
    public static final List<DnsType<?>> ALL =
            List.of(A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, TLSA);

    private final String name;
    private final int code;

    private DnsType(String name, int code) {
        this.name = name;
        this.code = code;
    }

    /** The number that stands for it in a message. */
    public int code() {
        return code;
    }

    /** The name, such as {@code MX}. */
    @Override
    public String toString() {
        return name;
    }
}
