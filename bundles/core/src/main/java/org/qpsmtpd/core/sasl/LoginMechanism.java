package org.qpsmtpd.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.Secret;

/** LOGIN: a name, which may come with AUTH, and then a password. */
final class LoginMechanism implements SaslMechanism {
    @Override
    public String name() {
        return "LOGIN";
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return new Exchange(context);
    }

    private static final class Exchange implements SaslExchange {
        private final SaslContext context;
        private @Nullable String user;

        Exchange(SaslContext context) {
            this.context = context;
        }

        @Override
        public CompletionStage<SaslStep> start() {
            return prompt("Username:");
        }

        private static CompletionStage<SaslStep> prompt(String text) {
            return Steps.now(SaslStep.challenge(text.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            String known = user;
            return known == null ? takeUser(response) : takePassword(known, response);
        }

        private CompletionStage<SaslStep> takeUser(byte[] response) {
            Optional<String> name = ClientText.name(response, 0, response.length);
            if (name.isEmpty()) {
                return Steps.malformed("characters that cannot stand in a name");
            }
            user = name.get();
            return prompt("Password:");
        }

        private CompletionStage<SaslStep> takePassword(String name, byte[] response) {
            Optional<Secret> password = ClientText.password(response, 0, response.length);
            if (password.isEmpty()) {
                return Steps.malformed("characters that cannot stand in a password");
            }
            if (name.isEmpty() || password.get().length() == 0) {
                return Steps.failure(name, "no user or no password");
            }
            return Steps.check(context, Credentials.withPassword("LOGIN", name, password.get()));
        }
    }
}
