package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code a}: clients at the addresses of a host (RFC 7208, 5.3).
 *
 * @param target the host
 */
record HostMechanism(Target target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Evaluation evaluation, String domain) {
        return evaluation.askTarget(
                target.domain(),
                domain,
                name ->
                        Stages.then(
                                evaluation.addresses(name),
                                found ->
                                        evaluation.judged(
                                                name,
                                                found,
                                                () -> evaluation.isAmong(found, target))));
    }
}
