package org.qpsmtpd.plugin.arc;

import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.mailauth.arc.SealedResults;
import org.qpsmtpd.mailauth.results.ReportedResults;

/**
 * Whose word on a message is taken.
 *
 * @param domains of the sealers
 */
record Trust(DomainList domains) {
    /**
     * The sealer who says that the message passed DMARC when it came to him. Only those count who
     * are trusted, as all are who had it after them.
     *
     * @param sealed of a chain that is valid, the last one first
     */
    Optional<String> whoseWordIsDmarcPass(List<SealedResults> sealed) {
        return sealed.stream()
                .takeWhile(results -> domains.contains(results.domain()))
                .filter(Trust::saysDmarcPass)
                .map(SealedResults::domain)
                .findFirst();
    }

    private static boolean saysDmarcPass(SealedResults sealed) {
        List<ReportedResults.Result> results =
                ReportedResults.parse(sealed.results())
                        .map(reported -> reported.of("dmarc"))
                        .orElse(List.of());
        return !results.isEmpty()
                && results.stream().allMatch(result -> result.word().equals("pass"));
    }
}
