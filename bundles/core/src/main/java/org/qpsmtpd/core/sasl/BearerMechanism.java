package org.qpsmtpd.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.TokenVerdict;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2: a token in one response. A client whose token is refused
 * learns why before it learns that it failed.
 */
final class BearerMechanism implements SaslMechanism {
    private final String name;
    private final Function<byte[], BearerToken> reader;

    BearerMechanism(String name, Function<byte[], BearerToken> reader) {
        this.name = name;
        this.reader = reader;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return new Exchange(context);
    }

    private final class Exchange implements SaslExchange {
        private final SaslContext context;
        private @Nullable SaslStep failure;

        Exchange(SaslContext context) {
            this.context = context;
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            SaslStep known = failure;
            if (known != null) {
                return Steps.now(known);
            }
            try {
                BearerToken token = reader.apply(response);
                if (token.token().length() == 0) {
                    return Steps.now(refused(token.user(), TokenVerdict.refused("no token")));
                }
                return context.verdict(token).thenApply(verdict -> judged(token, verdict));
            } catch (IllegalArgumentException e) {
                return Steps.malformed(String.valueOf(e.getMessage()));
            }
        }

        private SaslStep judged(BearerToken token, TokenVerdict verdict) {
            boolean fits =
                    token.user().isEmpty()
                            || token.user()
                                    .toLowerCase(Locale.ROOT)
                                    .equals(verdict.user().toLowerCase(Locale.ROOT));
            return switch (verdict.kind()) {
                case ACCEPTED ->
                        fits && !verdict.user().isEmpty()
                                ? SaslStep.success(verdict.user())
                                : refused(
                                        token.user(),
                                        TokenVerdict.refused("a token of somebody else"));
                case DEFERRED -> SaslStep.deferred(token.user(), verdict.reason());
                case REFUSED, UNKNOWN -> refused(token.user(), verdict);
            };
        }

        private SaslStep refused(String user, TokenVerdict verdict) {
            String reason = verdict.reason().isEmpty() ? "no such token" : verdict.reason();
            failure = SaslStep.failure(user, reason);
            return SaslStep.challenge(json(verdict).getBytes(StandardCharsets.UTF_8));
        }

        private static String json(TokenVerdict verdict) {
            return "{\"status\":"
                    + quoted(verdict.status())
                    + member("scope", verdict.scope())
                    + member("openid-configuration", verdict.configuration())
                    + "}";
        }

        private static String member(String key, String value) {
            return value.isEmpty() ? "" : "," + quoted(key) + ":" + quoted(value);
        }

        private static String quoted(String text) {
            StringBuilder out = new StringBuilder("\"");
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean plain = c >= 32 && c != '"' && c != '\\';
                out.append(
                        plain ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
            return out.append('"').toString();
        }
    }
}
