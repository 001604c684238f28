package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code include}: clients that another domain lets send (RFC 7208, 5.2).
 *
 * @param target the other domain
 */
record IncludeMechanism(MacroText target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Evaluation evaluation, String domain) {
        return evaluation.askHost(
                target,
                domain,
                name ->
                        Stages.then(
                                evaluation.host(name),
                                outcome ->
                                        switch (outcome.result()) {
                                            case PASS -> Match.YES;
                                            case FAIL, SOFTFAIL, NEUTRAL -> Match.NO;
                                            case TEMPERROR -> Match.temporary(outcome.problem());
                                            case PERMERROR -> Match.permanent(outcome.problem());
                                            case NONE ->
                                                    Match.permanent(
                                                            "include:" + target + " has no record");
                                        }));
    }
}
