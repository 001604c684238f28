package org.qpsmtpd.core.gate;

import org.osgi.annotation.versioning.ProviderType;

/** The engine's end of the exchange of bundles. A service. */
@ProviderType
public interface Gate {
    /**
     * Asks for a new set of plugins soon; several requests close together make one. Returns at
     * once.
     */
    void renew();
}
