package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code include}: clients that another domain lets send (RFC 7208, 5.2).
 *
 * @param target the other domain
 */
record IncludeMechanism(MacroText target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return questions.askHost(target, domain, name -> questions.included().match(name, target));
    }
}
