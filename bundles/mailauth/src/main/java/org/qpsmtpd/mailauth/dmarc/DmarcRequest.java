package org.qpsmtpd.mailauth.dmarc;

import java.util.List;

/**
 * What is to be evaluated.
 *
 * @param authors the domains of all addresses in the field From; a domain that is none counts as an
 *     address without one
 * @param identifiers the domains that SPF and DKIM found, those that may turn out later as well
 */
public record DmarcRequest(List<String> authors, List<Identifier> identifiers) {
    /** Copies the lists. */
    public DmarcRequest {
        authors = List.copyOf(authors);
        identifiers = List.copyOf(identifiers);
    }
}
