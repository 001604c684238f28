package org.qpsmtpd.core.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;

/**
 * EXTERNAL (RFC 4422 appendix A): the client is who its certificate says. It sends nothing, or the
 * name of that user.
 */
final class ExternalMechanism implements SaslMechanism {
    @Override
    public String name() {
        return "EXTERNAL";
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return response -> read(context, response);
    }

    private static CompletionStage<SaslStep> read(SaslContext context, byte[] response) {
        Optional<String> actsFor = ClientText.name(response, 0, response.length);
        if (actsFor.isEmpty()) {
            return Steps.malformed("characters that cannot stand in a name");
        }
        Optional<String> user = context.certifiedUser();
        if (user.isEmpty()) {
            return Steps.failure("", "no certificate that a plugin knows");
        }
        String name = user.get();
        if (!actsFor.get().isEmpty() && !actsFor.get().equals(name)) {
            return Steps.failure(name, "wants to act for '" + actsFor.get() + "'");
        }
        return context.permit(name).thenApply(answer -> judged(name, answer));
    }

    private static SaslStep judged(String user, HookResult answer) {
        return answer.action().refuses() ? SaslStep.of(user, answer) : SaslStep.success(user);
    }
}
