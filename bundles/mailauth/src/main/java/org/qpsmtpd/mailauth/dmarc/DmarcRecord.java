package org.qpsmtpd.mailauth.dmarc;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a domain publishes (RFC 9989 section 4.7). What cannot be read stands for its default.
 *
 * @param text as it was found, one character (U+0000 to U+00FF) for each octet
 * @param isUsable whether there is a policy or somebody to report to; without, no message is judged
 *     by it
 * @param policy {@code p=}, NONE where the record has none
 * @param subdomains {@code sp=}; empty where it is as {@code p=}
 * @param nonExistent {@code np=}; empty where it is as {@code sp=}
 * @param psd {@code psd=}
 * @param isTesting {@code t=y}
 * @param isDkimStrict {@code adkim=s}
 * @param isSpfStrict {@code aspf=s}
 * @param aggregateReports the URIs of {@code rua=}, without sizes
 * @param failureReports the URIs of {@code ruf=}, without sizes
 * @param failureOptions {@code fo=} in lower case, as {@code 1:d}
 */
public record DmarcRecord(
        String text,
        boolean isUsable,
        DmarcPolicy policy,
        Optional<DmarcPolicy> subdomains,
        Optional<DmarcPolicy> nonExistent,
        Psd psd,
        boolean isTesting,
        boolean isDkimStrict,
        boolean isSpfStrict,
        List<String> aggregateReports,
        List<String> failureReports,
        String failureOptions) {
    /** What a domain says it is. */
    public enum Psd {
        /** A public suffix, below which others have their domains. */
        YES,
        /** The organizational domain of all names below it. */
        NO,
        /** The tree says it. */
        UNKNOWN
    }

    /** Copies the lists. */
    public DmarcRecord {
        aggregateReports = List.copyOf(aggregateReports);
        failureReports = List.copyOf(failureReports);
    }

    /** The strictest that may be asked for any domain. */
    public DmarcPolicy strictest() {
        return Stream.of(Optional.of(policy), subdomains, nonExistent)
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .map(this::tried)
                .orElse(DmarcPolicy.NONE);
    }

    boolean isStrict(Identifier.Method method) {
        return method == Identifier.Method.SPF ? isSpfStrict : isDkimStrict;
    }

    /** Whether it makes a difference if a subdomain exists. */
    boolean asksExistence() {
        return nonExistent.isPresent() && !nonExistent.get().equals(subdomains.orElse(policy));
    }

    /** What is asked for messages of the domain itself. */
    DmarcPolicy own() {
        return tried(policy);
    }

    /** What is asked for messages of a domain below. */
    DmarcPolicy below(boolean isExisting) {
        DmarcPolicy existing = subdomains.orElse(policy);
        return tried(isExisting ? existing : nonExistent.orElse(existing));
    }

    private DmarcPolicy tried(DmarcPolicy wanted) {
        return isTesting ? wanted.milder() : wanted;
    }
}
