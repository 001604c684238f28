package org.qpsmtpd.plugin.resolvablefromhost;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Resolver;

/**
 * Asks the DNS where mail for a domain goes.
 *
 * @param resolver who asks
 */
record DomainLookup(Resolver resolver) {
    /** Of more exchangers, those of the lowest preferences are looked at. */
    private static final int MAX_EXCHANGERS = 10;

    /** What a domain has. */
    enum Result {
        /** A mail exchanger with a good address. */
        EXCHANGER,
        /** No exchanger, but a good address. */
        HOST,
        /** It takes no mail. */
        NULL_EXCHANGER,
        /** Exchangers, none with a good address. */
        INVALID_EXCHANGER,
        /** No exchanger, and an address that no mail goes to. */
        INVALID_HOST,
        /** Neither exchanger nor address. */
        NOTHING,
        /** A question that matters was not answered. */
        UNKNOWN
    }

    /**
     * What was found.
     *
     * @param status of the question for exchangers
     * @param hosts the exchangers; the domain itself when it has none but exists
     * @param addresses of each of them
     */
    record Found(Status status, List<String> hosts, List<DnsAnswer<InetAddress>> addresses) {
        /**
         * @param invalid where no mail goes to
         */
        Result result(NetworkList invalid) {
            return switch (status) {
                case NO_NAME -> Result.NOTHING;
                case FAILED -> Result.UNKNOWN;
                case FOUND -> ofExchangers(invalid);
                case NO_DATA -> ofHost(invalid);
            };
        }

        private Result ofExchangers(NetworkList invalid) {
            if (hosts.stream().allMatch(String::isEmpty)) {
                return Result.NULL_EXCHANGER;
            }
            boolean isKnown = true;
            for (int i = 0; i < hosts.size(); i++) {
                Optional<InetAddress> first =
                        literal(hosts.get(i)).or(addresses.get(i).records().stream()::findFirst);
                if (first.isPresent() && !invalid.contains(first.get())) {
                    return Result.EXCHANGER;
                }
                isKnown &= !addresses.get(i).isFailed() || first.isPresent();
            }
            return isKnown ? Result.INVALID_EXCHANGER : Result.UNKNOWN;
        }

        private Result ofHost(NetworkList invalid) {
            DnsAnswer<InetAddress> own = addresses.get(0);
            if (!own.isFound()) {
                return own.isFailed() ? Result.UNKNOWN : Result.NOTHING;
            }
            return invalid.contains(own.records().get(0)) ? Result.INVALID_HOST : Result.HOST;
        }

        /** Some write an address where a name belongs. */
        private static Optional<InetAddress> literal(String host) {
            return Network.address(host);
        }
    }

    /** Asks; the stage never completes with an exception. */
    CompletionStage<Found> of(String domain) {
        return resolver.mailExchangers(domain).thenCompose(answer -> addresses(domain, answer));
    }

    private CompletionStage<Found> addresses(String domain, DnsAnswer<MailExchanger> exchangers) {
        List<String> hosts =
                switch (exchangers.status()) {
                    case FOUND ->
                            exchangers.records().stream()
                                    .map(MailExchanger::host)
                                    .distinct()
                                    .limit(MAX_EXCHANGERS)
                                    .toList();
                    case NO_DATA -> List.of(domain);
                    case NO_NAME, FAILED -> List.of();
                };
        boolean isNull = hosts.stream().allMatch(String::isEmpty);
        CompletionStage<List<DnsAnswer<InetAddress>>> asked =
                isNull ? CompletableFuture.completedFuture(List.of()) : resolver.addressesOf(hosts);
        return asked.thenApply(found -> new Found(exchangers.status(), hosts, found));
    }
}
