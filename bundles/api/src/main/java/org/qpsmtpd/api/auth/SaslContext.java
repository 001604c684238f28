package org.qpsmtpd.api.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * What a mechanism may ask of the server during an exchange. Stages complete on the connection's
 * own thread; they may not complete at all when the client has gone.
 */
@ProviderType
public interface SaslContext {
    /** The client's connection. */
    Connection connection();

    /** Our host name. */
    String serverName();

    /**
     * Asks the plugins whether a client is who it says: the hook of the mechanism, and then the
     * hook {@code auth}.
     */
    CompletionStage<HookResult> check(Credentials credentials);

    /**
     * Asks the plugins for a user's keys. For a user that no plugin knows there are keys that no
     * password fits, always the same ones.
     *
     * @throws IllegalStateException as the stage's failure, when it cannot be told now
     */
    CompletionStage<StoredKeys> keys(ScramHash hash, String user);

    /** Asks the plugins what they say of a token. */
    CompletionStage<TokenVerdict> verdict(BearerToken token);

    /**
     * What binds an exchange to the encrypted connection that it is made on (RFC 5056).
     *
     * @param type such as {@code tls-exporter}
     * @return absent when the connection is not encrypted, or has no binding of that type
     */
    Optional<byte[]> channelBinding(String type);

    /**
     * The user that the client's certificate stands for, as a plugin tells; absent without a
     * certificate that is good, and when no plugin knows it.
     */
    Optional<String> certifiedUser();

    /**
     * Asks the plugins whether somebody may try at all, for a mechanism that asks for nothing else
     * of this context; the others do so by themselves.
     *
     * @param user who tries
     * @return an answer that refuses, or any other
     */
    CompletionStage<HookResult> permit(String user);

    /** Whether the client was offered a mechanism. */
    boolean isOffered(String mechanism);
}
