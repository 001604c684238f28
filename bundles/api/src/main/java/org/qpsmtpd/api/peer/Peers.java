package org.qpsmtpd.api.peer;

import org.osgi.annotation.versioning.ProviderType;

/** Opens the way to services beside the server. */
@ProviderType
public interface Peers {
    /**
     * A way to a service. Connects nowhere yet. The caller closes it.
     *
     * @param name what the service is called in the log and in failures, such as {@code spamd}
     * @throws IllegalArgumentException when files are to be passed and this system cannot, saying
     *     why
     */
    Peer open(String name, PeerSettings settings);
}
