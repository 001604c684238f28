package org.qpsmtpd.mailauth.spf;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/**
 * {@code mx}: clients at the addresses of a domain's mail exchangers (RFC 7208, 5.4).
 *
 * @param target the domain
 */
record ExchangerMechanism(Target target) implements Mechanism {
    private static final int MOST_EXCHANGERS = 10;

    @Override
    public CompletionStage<Match> match(Evaluation evaluation, String domain) {
        return evaluation.askTarget(
                target.domain(),
                domain,
                name ->
                        Stages.then(
                                evaluation.dns().exchangers(name),
                                found -> exchangers(evaluation, name, found)));
    }

    private CompletionStage<Match> exchangers(
            Evaluation evaluation, String name, DnsResult<String> found) {
        return found.isFound()
                ? hosts(evaluation, name, found.records(), 0, 0)
                : evaluation.judged(name, found, () -> false);
    }

    /**
     * Looks at one host after the other.
     *
     * @param hosts of the domain
     * @param from the first one that is looked at
     * @param asked how many were asked for before
     */
    private CompletionStage<Match> hosts(
            Evaluation evaluation, String name, List<String> hosts, int from, int asked) {
        int next = from;
        while (next < hosts.size() && !DomainName.isName(hosts.get(next))) {
            next++; // the root says that there is no exchanger (RFC 7505)
        }
        if (next == hosts.size()) {
            return Match.NO;
        }
        if (asked == MOST_EXCHANGERS) {
            return Match.permanent("more than " + MOST_EXCHANGERS + " mail exchangers of " + name);
        }
        if (evaluation.isLate()) {
            return evaluation.late();
        }
        String host = hosts.get(next);
        int following = next + 1;
        return Stages.then(
                evaluation.addresses(host),
                found -> {
                    if (found.isFailed()) {
                        return evaluation.failed(host);
                    }
                    return evaluation.isAmong(found, target)
                            ? Match.YES
                            : hosts(evaluation, name, hosts, following, asked + 1);
                });
    }
}
