package org.qpsmtpd.api.service;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * DNS look-ups that do not hold a thread. Names are given and returned without trailing dot; the
 * search list is not used. A stage always completes, at the latest after the resolver's own time
 * limit, and never with an exception: trouble is the status FAILED.
 */
@ProviderType
public interface Resolver {
    /** A and AAAA records of a host name. */
    CompletionStage<DnsAnswer<InetAddress>> addresses(String host);

    /** PTR records of an address, lower case. */
    CompletionStage<DnsAnswer<String>> pointers(InetAddress address);

    /** TXT records of a name, the strings of one record joined. */
    CompletionStage<DnsAnswer<String>> texts(String name);

    /** MX records of a domain, ordered by preference. */
    CompletionStage<DnsAnswer<MailExchanger>> mailExchangers(String domain);

    /** NS records of a domain, lower case. */
    CompletionStage<DnsAnswer<String>> nameServers(String domain);
}
