package org.qpsmtpd.core.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.Secret;

/** PLAIN (RFC 4616): a name and a password in one response. Nobody may act for another one. */
final class PlainMechanism implements SaslMechanism {
    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return response -> read(context, response);
    }

    private static CompletionStage<SaslStep> read(SaslContext context, byte[] response) {
        int first = ClientText.indexOf(response, 0, 0);
        int second = first < 0 ? -1 : ClientText.indexOf(response, 0, first + 1);
        if (second < 0 || ClientText.indexOf(response, 0, second + 1) >= 0) {
            return Steps.malformed("not of the form of PLAIN");
        }
        Optional<String> actsFor = ClientText.name(response, 0, first);
        Optional<String> user = ClientText.name(response, first + 1, second);
        Optional<Secret> password = ClientText.password(response, second + 1, response.length);
        if (actsFor.isEmpty() || user.isEmpty() || password.isEmpty()) {
            return Steps.malformed("characters that cannot stand in a name or password");
        }
        String name = user.get();
        if (name.isEmpty() || password.get().length() == 0) {
            return Steps.failure(name, "no user or no password");
        }
        if (!actsFor.get().isEmpty() && !actsFor.get().equals(name)) {
            return Steps.failure(name, "wants to act for '" + actsFor.get() + "'");
        }
        return Steps.check(context, Credentials.withPassword("PLAIN", name, password.get()));
    }
}
