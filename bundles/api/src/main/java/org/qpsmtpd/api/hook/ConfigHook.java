package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;
import java.util.Optional;

/**
 * Hook {@code config}: a configuration value is looked up.
 *
 * <p>Called for each look-up before the files are read, so an answer is best kept by the plugin.
 */
@ConsumerType
@FunctionalInterface
public interface ConfigHook {
    /**
     * Answers the hook.
     *
     * @param name what is looked up, a plain file name
     * @return the values, which end the search even when there are none; absent to leave it to the
     *     next source
     */
    Optional<List<String>> onConfig(String name);
}
