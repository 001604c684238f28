package org.qpsmtpd.mailauth.report;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.taglist.TagList;

/**
 * Finds out whether those whom a domain wants its reports sent to want them, too (RFC 9990 section
 * 4): a destination of another organization says so in the DNS. Safe for use by several threads.
 */
public final class ExternalDestinations {
    private static final int MOST_OVERRIDES = 10;

    private final Dns dns;
    private final Function<String, CompletionStage<Optional<String>>> organizations;

    /**
     * @param organizations gives the organizational domain of a domain, absent when it is not
     *     known; its stages never complete with an exception
     */
    public ExternalDestinations(
            Dns dns, Function<String, CompletionStage<Optional<String>>> organizations) {
        this.dns = dns;
        this.organizations = organizations;
    }

    /**
     * Those of the destinations that may be used; others in their place where they say so.
     *
     * @param domain where the policy was found, in A-labels and lower case
     * @param wanted what it asks for
     * @param tag {@code rua} or {@code ruf}
     */
    public CompletionStage<Destinations> confirmed(
            String domain, List<ReportUri> wanted, String tag) {
        CompletionStage<Destinations> all = CompletableFuture.completedFuture(Destinations.NONE);
        for (ReportUri uri : wanted) {
            CompletionStage<Destinations> one = confirmed(domain, uri, tag);
            all = all.thenCombine(one, Destinations::and);
        }
        return all;
    }

    private CompletionStage<Destinations> confirmed(String domain, ReportUri uri, String tag) {
        if (uri.domain().equals(domain)) {
            return CompletableFuture.completedFuture(Destinations.confirmed(List.of(uri)));
        }
        return isSameOrganization(domain, uri.domain())
                .thenCompose(
                        isSame ->
                                isSame
                                        ? CompletableFuture.completedFuture(
                                                Destinations.confirmed(List.of(uri)))
                                        : asked(domain, uri, tag));
    }

    private CompletionStage<Boolean> isSameOrganization(String domain, String other) {
        return organizations
                .apply(domain)
                .thenCombine(
                        organizations.apply(other),
                        (ours, theirs) -> ours.isPresent() && ours.equals(theirs));
    }

    private CompletionStage<Destinations> asked(String domain, ReportUri uri, String tag) {
        String name = domain + "._report._dmarc." + uri.domain();
        if (!DomainName.isName(name)) {
            return CompletableFuture.completedFuture(Destinations.refused(uri));
        }
        return dns.texts(name).thenApply(answer -> answered(answer, uri, tag));
    }

    private static Destinations answered(DnsResult<String> answer, ReportUri uri, String tag) {
        if (answer.isFailed()) {
            return Destinations.unknown();
        }
        List<TagList> records =
                answer.records().stream()
                        .map(TagList::parse)
                        .filter(ExternalDestinations::isDmarc)
                        .toList();
        if (records.isEmpty()) {
            return Destinations.refused(uri);
        }
        return records.stream()
                .flatMap(record -> Optional.ofNullable(record.get(tag)).stream())
                .findFirst()
                .map(value -> overridden(value, uri))
                .orElseGet(() -> Destinations.confirmed(List.of(uri)));
    }

    private static boolean isDmarc(TagList record) {
        @Nullable String version = record.get("v");
        return record.fault().isEmpty() && record.isFirst("v") && "DMARC1".equals(version);
    }

    /** RFC 9990 section 4, step 9: others of the same host, or none at all. */
    private static Destinations overridden(String value, ReportUri uri) {
        List<ReportUri> others = ReportUri.parse(value, MOST_OVERRIDES);
        boolean isSameHost =
                !others.isEmpty()
                        && others.stream().allMatch(other -> other.domain().equals(uri.domain()));
        return isSameHost ? Destinations.confirmed(others) : Destinations.refused(uri);
    }
}
