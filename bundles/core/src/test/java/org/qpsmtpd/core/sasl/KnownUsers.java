package org.qpsmtpd.core.sasl;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.session.Connection;

/** A server with one user, that keeps what it was asked. */
final class KnownUsers implements SaslContext {
    private final DecoyKeys decoys = new DecoyKeys();
    private final Set<String> offered = new HashSet<>();
    private String server = "mx.example.org";
    private String user = "";
    private StoredKeys keys = decoys.of("", ScramHash.SHA_256, "nobody", 1);
    private Secret secret = Secret.of("");
    private String bindingType = "";
    private byte[] binding = {};
    private TokenVerdict verdict = TokenVerdict.UNKNOWN;
    private String asked = "";
    private String certified = "";
    private HookResult permission = HookResult.DECLINED;

    KnownUsers knowing(String name, StoredKeys its) {
        user = name;
        keys = its;
        return this;
    }

    KnownUsers bound(String type, byte[] data) {
        bindingType = type;
        binding = data;
        return this;
    }

    void offering(String mechanism) {
        offered.add(mechanism);
    }

    void named(String name) {
        server = name;
    }

    void secret(String name, String password) {
        user = name;
        secret = Secret.of(password);
    }

    void judging(TokenVerdict its) {
        verdict = its;
    }

    String asked() {
        return asked;
    }

    @Override
    public Connection connection() {
        throw new IllegalStateException("no mechanism needs it");
    }

    @Override
    public String serverName() {
        return server;
    }

    @Override
    public CompletionStage<HookResult> check(Credentials given) {
        if (given.hasPassword()) {
            asked = given.user() + " " + given.password().text();
        }
        boolean good = given.user().equals(user) && given.prove(secret);
        return CompletableFuture.completedFuture(good ? HookResult.OK : HookResult.DENY);
    }

    @Override
    public CompletionStage<StoredKeys> keys(ScramHash hash, String name) {
        return CompletableFuture.completedFuture(
                name.equals(user) ? keys : decoys.of("", hash, name, 4096));
    }

    @Override
    public CompletionStage<TokenVerdict> verdict(BearerToken token) {
        asked = token.user() + " " + token.token().text();
        return CompletableFuture.completedFuture(verdict);
    }

    void certified(String name) {
        certified = name;
    }

    void refusing(HookResult answer) {
        permission = answer;
    }

    @Override
    public Optional<String> certifiedUser() {
        return Optional.of(certified).filter(name -> !name.isEmpty());
    }

    @Override
    public CompletionStage<HookResult> permit(String who) {
        asked = who;
        return CompletableFuture.completedStage(permission);
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return type.equals(bindingType) ? Optional.of(binding) : Optional.empty();
    }

    @Override
    public boolean isOffered(String mechanism) {
        return offered.contains(mechanism);
    }
}
