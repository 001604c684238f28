package org.qpsmtpd.api.dnslist;

import java.net.InetAddress;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.ReverseName;

/**
 * What a list is asked about.
 *
 * @param labels what stands before the zone in the question
 * @param text how it is called in texts: the address, or the domain
 * @param kind which entries of the list tell whether it works
 */
public record ListSubject(String labels, String text, Kind kind) {
    /** What lists hold. Each list has one entry that is listed and one that is not, to be tried. */
    public enum Kind {
        /** IPv4 addresses: 127.0.0.2 is listed, 127.0.0.1 is not. */
        IPV4("2.0.0.127", "1.0.0.127"),
        /** IPv6 addresses: ::FFFF:7F00:2 is listed, ::FFFF:7F00:1 is not. */
        IPV6(mapped('2'), mapped('1')),
        /** Domains: TEST is listed, INVALID is not. */
        DOMAIN("test", "invalid");

        private final String listed;
        private final String unlisted;

        Kind(String listed, String unlisted) {
            this.listed = listed;
            this.unlisted = unlisted;
        }

        /** Labels of the entry that each list has (RFC 5782, 5). */
        public String listed() {
            return listed;
        }

        /** Labels of the entry that no list has (RFC 5782, 5). */
        public String unlisted() {
            return unlisted;
        }

        private static String mapped(char last) {
            return last + ".0.0.0.0.0.f.7.f.f.f.f" + ".0".repeat(20);
        }
    }

    /** An address of either family. */
    public static ListSubject of(InetAddress address) {
        boolean isFour = address.getAddress().length == 4;
        return new ListSubject(
                ReverseName.labels(address),
                address.getHostAddress(),
                isFour ? Kind.IPV4 : Kind.IPV6);
    }

    /** A domain, in any spelling. */
    public static ListSubject of(String domain) {
        String comparable = Hosts.comparable(domain);
        return new ListSubject(comparable, comparable, Kind.DOMAIN);
    }
}
