package org.qpsmtpd.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;

/** CRAM-MD5 (RFC 2195): the digest of a challenge that is never the same. */
final class CramMd5Mechanism implements SaslMechanism {
    private static final int DIGITS = 32;

    private final Supplier<String> unique;

    /**
     * @param unique a part of the challenge, in letters, digits and dots
     */
    CramMd5Mechanism(Supplier<String> unique) {
        this.unique = unique;
    }

    @Override
    public String name() {
        return "CRAM-MD5";
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return new Exchange(context, "<" + unique.get() + "@" + context.serverName() + ">");
    }

    private static final class Exchange implements SaslExchange {
        private final SaslContext context;
        private final byte[] challenge;
        private boolean sent;

        Exchange(SaslContext context, String challenge) {
            this.context = context;
            this.challenge = challenge.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public CompletionStage<SaslStep> start() {
            sent = true;
            return Steps.now(SaslStep.challenge(challenge));
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            if (!sent) {
                return Steps.malformed("a response before the challenge");
            }
            int blank = response.length - DIGITS - 1;
            byte @Nullable [] digest =
                    blank < 0 || response[blank] != ' ' ? null : digest(response, blank + 1);
            Optional<String> user =
                    digest == null ? Optional.empty() : ClientText.name(response, 0, blank);
            if (digest == null || user.isEmpty()) {
                return Steps.malformed("not a name and a digest");
            }
            if (user.get().isEmpty()) {
                return Steps.failure("", "no user");
            }
            return Steps.check(context, Credentials.withDigest(user.get(), challenge, digest));
        }

        private static byte @Nullable [] digest(byte[] response, int from) {
            try {
                return HexFormat.of()
                        .parseHex(new String(response, from, DIGITS, StandardCharsets.ISO_8859_1));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }
}
