package org.qpsmtpd.api.hook;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth_keys}, which is ours: a client wants to prove by a mechanism of the SCRAM family
 * who it is, and the server needs the user's keys. It checks the proof itself.
 */
@ConsumerType
@FunctionalInterface
public interface AuthKeysHook {
    /**
     * Answers the hook.
     *
     * @param user the name that the client gave, prepared, up to 255 characters, not empty
     * @return the user's keys; absent when it has none of them, and then the next plugin is asked.
     *     A failure defers the attempt
     */
    CompletionStage<Optional<StoredKeys>> onAuthKeys(
            Connection connection, ScramHash hash, String user);

    /**
     * Of which mechanisms it has keys at this moment; those are offered. Asked at EHLO; does not
     * wait.
     */
    default Set<ScramHash> hashes() {
        return Set.of(ScramHash.SHA_256);
    }

    /**
     * How often the hash is repeated in its keys as a rule: clients are told the same for users
     * that are not there, so that nobody can tell them apart. Does not wait.
     */
    default int usualIterations() {
        return StoredKeys.USUAL_ITERATIONS;
    }
}
