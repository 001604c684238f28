package org.qpsmtpd.mailauth.spf;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/** A check from the request to the verdict. */
final class Check {
    private final SpfRequest request;
    private final Evaluation evaluation;

    private Check(SpfRequest request, Evaluation evaluation) {
        this.request = request;
        this.evaluation = evaluation;
    }

    static CompletionStage<SpfVerdict> of(
            SpfRequest request, Dns dns, RecordCache records, SpfSettings settings) {
        Optional<String> domain = DomainName.spelled(request.domain());
        if (domain.isEmpty()) { // RFC 7208, 4.3
            return Stages.now(
                    new SpfVerdict(request, SpfResult.NONE, "", "", "no domain to ask for"));
        }
        SpfRequest ascii =
                new SpfRequest(
                        request.identity(),
                        request.client(),
                        inAscii(request.helo()),
                        request.local(),
                        domain.get());
        Check check = new Check(request, new Evaluation(ascii, dns, records, settings));
        return Stages.then(check.evaluation.host(domain.get()), check::verdict);
    }

    /** Macros give a name in A-labels (RFC 8616, 4). */
    private static String inAscii(String helo) {
        return Ascii.isOnly(helo) ? helo : DomainName.spelled(helo).orElse(helo);
    }

    private CompletionStage<SpfVerdict> verdict(Outcome outcome) {
        MacroText explanation = outcome.explanation();
        if (outcome.result() != SpfResult.FAIL || explanation == null) {
            return Stages.now(verdict(outcome, ""));
        }
        return Stages.then(
                evaluation.questions().name(explanation, outcome.domain()),
                name ->
                        Stages.then(
                                evaluation.questions().dns().texts(name),
                                found -> explained(outcome, found)));
    }

    /** Anything that is not in order counts as no explanation (RFC 7208, 6.2). */
    private CompletionStage<SpfVerdict> explained(Outcome outcome, DnsResult<String> found) {
        if (found.records().size() != 1) {
            return Stages.now(verdict(outcome, ""));
        }
        try {
            MacroText text = MacroText.explanation(found.records().get(0));
            return Stages.then(
                    evaluation.questions().values(text, outcome.domain()),
                    values -> Stages.now(verdict(outcome, orEmpty(text.text(values)))));
        } catch (SpfSyntaxException e) {
            return Stages.now(verdict(outcome, ""));
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private SpfVerdict verdict(Outcome outcome, String explanation) {
        return new SpfVerdict(
                request, outcome.result(), outcome.mechanism(), explanation, outcome.problem());
    }
}
