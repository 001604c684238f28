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
    public CompletionStage<Match> match(Questions questions, String domain) {
        return questions.askTarget(
                target.domain(),
                domain,
                name ->
                        Stages.then(
                                questions.dns().exchangers(name),
                                found -> exchangers(questions, name, found)));
    }

    /** More hosts than may be asked for are an error, whichever of them the client is. */
    private CompletionStage<Match> exchangers(
            Questions questions, String name, DnsResult<String> found) {
        if (!found.isFound()) {
            return questions.judged(name, found, () -> false);
        }
        // The root says that there is no exchanger (RFC 7505).
        List<String> hosts = found.records().stream().filter(DomainName::isName).toList();
        return hosts.size() > MOST_EXCHANGERS
                ? Match.permanent("more than " + MOST_EXCHANGERS + " mail exchangers of " + name)
                : hosts(questions, hosts, 0);
    }

    /** Looks at one host after the other, from a certain one on. */
    private CompletionStage<Match> hosts(Questions questions, List<String> hosts, int from) {
        if (from == hosts.size()) {
            return Match.NO;
        }
        if (questions.isLate()) {
            return questions.late();
        }
        String host = hosts.get(from);
        return Stages.then(
                questions.addresses(host),
                found -> {
                    if (found.isFailed()) {
                        return questions.failed(host);
                    }
                    return questions.isAmong(found, target)
                            ? Match.YES
                            : hosts(questions, hosts, from + 1);
                });
    }
}
