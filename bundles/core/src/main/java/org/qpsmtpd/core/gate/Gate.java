package org.qpsmtpd.core.gate;

import org.osgi.annotation.versioning.ProviderType;

/** The engine's end of the exchange of bundles. A service; one for all servers of the framework. */
@ProviderType
public interface Gate {
    /**
     * Asks each server for a new set of plugins soon; several requests close together make one.
     * Returns at once.
     */
    void renew();
}
