package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hook {@code post-fork}: the plugin is about to serve its first connection.
 *
 * <p>Called once for each instance, on a thread of the server, when the set of plugins it belongs
 * to becomes current.
 */
@ConsumerType
@FunctionalInterface
public interface PostForkHook {
    /** Answers the hook. */
    void onPostFork();
}
