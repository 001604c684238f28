package org.qpsmtpd.store.form;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.service.ServerHome;

/** A way to keep entries, such as in a file or behind a network. Found as a service. */
@ConsumerType
public interface StoreForm {
    /**
     * Whether it is this form that a setting names.
     *
     * @param setting the first value of {@code config/store}; {@code file} when there is none
     */
    boolean takes(String setting);

    /**
     * Reads a setting, and nothing else.
     *
     * @param setting one that {@link #takes} is true for
     * @throws IllegalArgumentException when the setting cannot be read; the message says what is
     *     wrong, without any password
     */
    void check(String setting);

    /**
     * Makes the stores of a server. Waits for nothing, and touches neither file nor network before
     * a store is first called.
     *
     * @param setting one that {@link #takes} is true for
     * @throws IllegalArgumentException as {@link #check}
     */
    OpenStores open(ServerHome home, String setting);
}
