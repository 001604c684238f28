package org.qpsmtpd.api.plugin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A plugin that can tell whether it is fit to serve. A new instance is asked once, before any
 * session uses it; when it is not fit, the plugins that run go on as they are.
 */
@ConsumerType
@FunctionalInterface
public interface SelfCheck {
    /**
     * Returns when the plugin is fit to serve, within ten seconds. May wait for the network, and
     * runs on a thread of its own.
     *
     * @throws Exception when it is not; the message says why, in a sentence for the administrator
     */
    void selfCheck() throws Exception;
}
