package org.qpsmtpd.api.service;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens stores by name. There is one for each server; the engine gives each plugin that of its own
 * server.
 */
@ProviderType
public interface Stores {
    /**
     * The store of that name, made when it is not there. All callers of a name share one store,
     * those in other processes too where a network stands behind it.
     *
     * @param name letters, digits, {@code _} and {@code -}, 1 to 64 characters; usually the
     *     plugin's name
     * @throws IllegalArgumentException when the name is not of that form
     */
    Store open(String name);
}
