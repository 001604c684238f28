package org.qpsmtpd.mailauth.report;

/**
 * What a domain had published. The words are those of its record, in lower case; empty where there
 * is none.
 *
 * @param domain where the record was found
 * @param policy {@code none}, {@code quarantine} or {@code reject}
 * @param subdomains the same for subdomains
 * @param absent the same for subdomains that do not exist
 * @param dkimAlignment {@code r} or {@code s}
 * @param spfAlignment {@code r} or {@code s}
 * @param discovery {@code treewalk} or {@code psl}
 * @param failureOptions {@code fo}
 * @param testing {@code y} or {@code n}
 */
public record PublishedPolicy(
        String domain,
        String policy,
        String subdomains,
        String absent,
        String dkimAlignment,
        String spfAlignment,
        String discovery,
        String failureOptions,
        String testing) {}
