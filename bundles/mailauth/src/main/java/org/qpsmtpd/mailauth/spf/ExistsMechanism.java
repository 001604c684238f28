package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code exists}: clients for which a name has an IPv4 address (RFC 7208, 5.7).
 *
 * @param target the name
 */
record ExistsMechanism(MacroText target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return questions.askTarget(
                target,
                domain,
                name ->
                        Stages.then(
                                questions.dns().ipv4(name),
                                found -> questions.judged(name, found, () -> true)));
    }
}
