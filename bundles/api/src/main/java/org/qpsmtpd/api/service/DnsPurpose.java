package org.qpsmtpd.api.service;

/**
 * What questions are for. Each purpose has a share of what the resolver does at once, so that many
 * questions for one never keep those for another waiting.
 */
public enum DnsPurpose {
    /** Hosts and domains of clients, senders and recipients. */
    GENERAL,
    /** Lists of addresses and domains in the DNS. */
    LISTS,
    /** Lists of domains that messages name. */
    URIS,
    /** SPF, DKIM, DMARC and ARC. */
    AUTHENTICATION
}
