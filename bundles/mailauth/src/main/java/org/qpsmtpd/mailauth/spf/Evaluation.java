package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/** The records of a check, one after the other. */
final class Evaluation {
    private final RecordCache records;
    private final Questions questions;

    Evaluation(SpfRequest request, Dns dns, RecordCache records, SpfSettings settings) {
        this.records = records;
        questions = new Questions(request, dns, settings, this::included);
    }

    Questions questions() {
        return questions;
    }

    /** RFC 7208, 5.2. */
    private CompletionStage<Match> included(String name, MacroText target) {
        return Stages.then(
                host(name),
                outcome ->
                        switch (outcome.result()) {
                            case PASS -> Match.YES;
                            case FAIL, SOFTFAIL, NEUTRAL -> Match.NO;
                            case TEMPERROR -> Match.temporary(outcome.problem());
                            case PERMERROR -> Match.permanent(outcome.problem());
                            case NONE -> Match.permanent("include:" + target + " has no record");
                        });
    }

    /** What a domain's record says of the client: {@code check_host} (RFC 7208, 4). */
    CompletionStage<Outcome> host(String domain) {
        if (!DomainName.isName(domain) || domain.indexOf('.') < 0) {
            return without(SpfResult.NONE, domain, "no domain to ask for");
        }
        return Stages.then(questions.dns().texts(domain), found -> record(domain, found));
    }

    private CompletionStage<Outcome> record(String domain, DnsResult<String> found) {
        if (found.isFailed()) {
            return without(SpfResult.TEMPERROR, domain, "no answer of the DNS for " + domain);
        }
        String only = null;
        for (String text : found.records()) {
            if (SpfRecord.isRecord(text)) {
                if (only != null) {
                    return without(
                            SpfResult.PERMERROR, domain, "more than one record of " + domain);
                }
                only = text;
            }
        }
        if (only == null) {
            return without(SpfResult.NONE, domain, "no record of " + domain);
        }
        SpfRecord record = records.of(only);
        return record.fault().isEmpty()
                ? directives(domain, record, 0)
                : without(SpfResult.PERMERROR, domain, domain + ": " + record.fault());
    }

    private CompletionStage<Outcome> directives(String domain, SpfRecord record, int from) {
        for (int i = from; i < record.directives().size(); i++) {
            Directive directive = record.directives().get(i);
            CompletionStage<Match> stage = directive.mechanism().match(questions, domain);
            Match match = Stages.known(stage);
            if (match == null) {
                int next = i + 1;
                return stage.thenCompose(
                        later ->
                                later.isNo()
                                        ? directives(domain, record, next)
                                        : Stages.now(Outcome.of(domain, record, directive, later)));
            }
            if (!match.isNo()) {
                return Stages.now(Outcome.of(domain, record, directive, match));
            }
        }
        return redirect(domain, record.redirect());
    }

    private CompletionStage<Outcome> redirect(String domain, @Nullable MacroText target) {
        if (target == null) {
            return Stages.now(new Outcome(SpfResult.NEUTRAL, "default", "", domain, null));
        }
        if (questions.isTooMuch(target)) {
            return without(SpfResult.PERMERROR, domain, questions.tooMuch());
        }
        if (questions.isLate()) {
            return without(SpfResult.TEMPERROR, domain, questions.tooLate());
        }
        return Stages.then(
                questions.name(target, domain),
                name ->
                        Stages.then(
                                host(name),
                                outcome ->
                                        outcome.result() == SpfResult.NONE
                                                ? without(
                                                        SpfResult.PERMERROR,
                                                        domain,
                                                        "redirect=" + target + " has no record")
                                                : Stages.now(outcome)));
    }

    private static CompletionStage<Outcome> without(
            SpfResult result, String domain, String problem) {
        return Stages.now(Outcome.without(result, domain, problem));
    }
}
