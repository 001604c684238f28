package org.qpsmtpd.mailauth.spf;

import org.jspecify.annotations.Nullable;

/**
 * Where a mechanism looks.
 *
 * @param domain absent for the domain of the record
 * @param four how many bits of an IPv4 address count
 * @param six how many bits of an IPv6 address count
 */
record Target(@Nullable MacroText domain, int four, int six) {
    /** How many bits of such an address count. */
    int prefix(byte[] address) {
        return address.length == 4 ? four : six;
    }
}
