package org.qpsmtpd.dns.message;

import org.qpsmtpd.api.service.DnsType;
import org.xbill.DNS.Name;

/**
 * What is asked for.
 *
 * @param name in lower case
 */
public record Question(Name name, DnsType<?> type) {
    @Override
    public String toString() {
        return type + " " + Names.text(name);
    }
}
