package org.qpsmtpd.mailauth;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What is asked of the DNS. Whoever uses the library supplies it.
 *
 * <p>A stage always completes, after a time that the implementation bounds, and never with an
 * exception: trouble is a result that has failed. Aliases are followed.
 *
 * <p>A name is absolute, with dots between its labels and without one at its end, one character
 * (U+0000 to U+00FF) for each octet, and nothing escaped. It may be no name at all, too long or
 * with an empty label: then nobody is asked, and the answer is that there is no such name.
 */
@ConsumerType
public interface Dns {
    /**
     * TXT records: the strings of each joined, one character (U+0000 to U+00FF) for each octet. A
     * record that was found before should be the same object again, so that what was made of it is
     * found by it.
     */
    CompletionStage<DnsResult<String>> texts(String name);

    /** A records. */
    CompletionStage<DnsResult<InetAddress>> ipv4(String name);

    /** AAAA records. */
    CompletionStage<DnsResult<InetAddress>> ipv6(String name);

    /**
     * Hosts of the MX records, the lowest preference first, each without a dot at its end; empty
     * for the root.
     */
    CompletionStage<DnsResult<String>> exchangers(String name);

    /** Names of an address (PTR), without a dot at their ends. */
    CompletionStage<DnsResult<String>> pointers(InetAddress address);
}
