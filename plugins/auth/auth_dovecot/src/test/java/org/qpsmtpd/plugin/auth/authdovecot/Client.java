package org.qpsmtpd.plugin.auth.authdovecot;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.testkit.FakeConnection;

/** A client's attempt, in which nobody but Dovecot is to be asked. */
record Client(FakeConnection connection) implements SaslContext {
    static Client encrypted() {
        return new Client(
                FakeConnection.from("192.0.2.7")
                        .withRemotePort(40000)
                        .withLocal("192.0.2.1", 587)
                        .withTls("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
    }

    static Client inClear() {
        return new Client(FakeConnection.from("192.0.2.7").withRemotePort(40000));
    }

    @Override
    public String serverName() {
        return "mx.example.org";
    }

    @Override
    public CompletionStage<HookResult> check(Credentials credentials) {
        throw new AssertionError("plugins are not to be asked");
    }

    @Override
    public CompletionStage<StoredKeys> keys(ScramHash hash, String user) {
        throw new AssertionError("plugins are not to be asked");
    }

    @Override
    public CompletionStage<TokenVerdict> verdict(BearerToken token) {
        throw new AssertionError("plugins are not to be asked");
    }

    @Override
    public Optional<String> certifiedUser() {
        throw new AssertionError("not asked");
    }

    @Override
    public CompletionStage<HookResult> permit(String user) {
        throw new AssertionError("not asked");
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return Optional.empty();
    }

    @Override
    public boolean isOffered(String mechanism) {
        return false;
    }
}
