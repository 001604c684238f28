package org.qpsmtpd.core.sasl;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;

/**
 * The SCRAM family (RFC 5802, RFC 7677, RFC 9266), with and without a binding to the encrypted
 * connection. A client that could bind, and was kept from seeing that the server can, is refused.
 */
final class ScramMechanism implements SaslMechanism {
    static final String PLUS = "-PLUS";

    private final ScramHash hash;
    private final boolean bound;
    private final Supplier<String> unique;

    /**
     * @param bound whether it binds to the connection
     * @param unique the server's part of the nonce, printable and without comma
     */
    ScramMechanism(ScramHash hash, boolean bound, Supplier<String> unique) {
        this.hash = hash;
        this.bound = bound;
        this.unique = unique;
    }

    @Override
    public String name() {
        return hash.mechanism() + (bound ? PLUS : "");
    }

    @Override
    public SaslExchange begin(SaslContext context) {
        return new Exchange(context);
    }

    private final class Exchange implements SaslExchange {
        private final SaslContext context;
        private @Nullable ScramProof proof;

        Exchange(SaslContext context) {
            this.context = context;
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            ScramProof begun = proof;
            try {
                return begun == null ? first(response) : Steps.now(begun.check(response));
            } catch (IllegalArgumentException e) {
                return Steps.malformed(String.valueOf(e.getMessage()));
            }
        }

        private CompletionStage<SaslStep> first(byte[] response) {
            ScramStart start = ScramStart.read(response);
            String fault = fault(start);
            if (!fault.isEmpty()) {
                return Steps.failure(start.user(), fault);
            }
            byte[] binding = bound ? binding(start.binding()) : new byte[0];
            if (binding == null) {
                return Steps.failure(start.user(), "no channel binding " + start.binding());
            }
            return context.keys(hash, start.user()).thenApply(keys -> begin(start, binding, keys));
        }

        private byte @Nullable [] binding(String type) {
            return context.channelBinding(type).orElse(null);
        }

        private String fault(ScramStart start) {
            if (start.user().isEmpty()) {
                return "no user";
            }
            if (!start.actsFor().isEmpty() && !start.actsFor().equals(start.user())) {
                return "wants to act for '" + start.actsFor() + "'";
            }
            if (bound != (start.flag() == 'p')) {
                return "channel binding does not go with the mechanism";
            }
            boolean hidden = start.flag() == 'y' && context.isOffered(hash.mechanism() + PLUS);
            return hidden ? "somebody hid from the client that channel binding is offered" : "";
        }

        private SaslStep begin(ScramStart start, byte[] binding, StoredKeys keys) {
            ScramProof begun = new ScramProof(start, binding, keys, unique.get());
            proof = begun;
            return SaslStep.challenge(begun.serverFirst());
        }
    }
}
