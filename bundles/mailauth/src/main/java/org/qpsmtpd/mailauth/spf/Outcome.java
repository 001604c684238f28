package org.qpsmtpd.mailauth.spf;

import org.jspecify.annotations.Nullable;

/**
 * What the record of a domain comes to.
 *
 * @param result what it comes to
 * @param mechanism the term that decided; empty where no record was evaluated
 * @param problem why there is no answer; empty where there is one
 * @param domain whose record decided
 * @param explanation where that domain explains itself; null where it does not
 */
record Outcome(
        SpfResult result,
        String mechanism,
        String problem,
        String domain,
        @Nullable MacroText explanation) {
    /** No answer, for this reason. */
    static Outcome without(SpfResult result, String domain, String problem) {
        return new Outcome(result, "", problem, domain, null);
    }

    /** What a directive decided. */
    static Outcome of(String domain, SpfRecord record, Directive directive, Match match) {
        return switch (match.kind()) {
            case YES ->
                    new Outcome(
                            directive.result(), directive.text(), "", domain, record.explanation());
            case TEMPERROR -> failed(SpfResult.TEMPERROR, domain, directive, match);
            case PERMERROR -> failed(SpfResult.PERMERROR, domain, directive, match);
            case NO -> throw new IllegalArgumentException("nothing decided");
        };
    }

    private static Outcome failed(
            SpfResult result, String domain, Directive directive, Match match) {
        return new Outcome(result, directive.text(), match.problem(), domain, null);
    }
}
