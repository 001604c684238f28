package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code a}: clients at the addresses of a host (RFC 7208, 5.3).
 *
 * @param target the host
 */
record HostMechanism(Target target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return questions.askTarget(
                target.domain(),
                domain,
                name ->
                        Stages.then(
                                questions.addresses(name),
                                found ->
                                        questions.judged(
                                                name,
                                                found,
                                                () -> questions.isAmong(found, target))));
    }
}
