package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.mail.Address;

import java.util.List;
import java.util.Optional;

/**
 * Hook {@code user_config}: a value is looked up for one sender or recipient, before the server's
 * own configuration.
 */
@ConsumerType
@FunctionalInterface
public interface UserConfigHook {
    /**
     * Answers the hook.
     *
     * @param address the sender or recipient
     * @param name what is looked up, a plain file name
     * @return the values, which end the search even when there are none; absent to leave it to the
     *     next source
     */
    Optional<List<String>> onUserConfig(Address address, String name);
}
