package org.qpsmtpd.core.generation;

import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;
import org.qpsmtpd.core.chain.PluginInstance;

/**
 * An instance and what must be given back when nobody uses it any more.
 *
 * @param plugin the plugin's name without {@code :N}
 * @param bundle who provides it
 * @param configuration what made it; null for a service that its bundle registered by itself
 */
record Made(
        String plugin,
        PluginInstance instance,
        Bundle bundle,
        @Nullable Configuration configuration) {
    /** Service property that tells an instance. */
    static final String INSTANCE = "qpsmtpd.instance";

    /** How the names of configurations begin that factories made, of whichever server. */
    static final String OWN = "qpsmtpd.";
}
