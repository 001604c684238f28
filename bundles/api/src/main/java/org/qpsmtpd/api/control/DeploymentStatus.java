package org.qpsmtpd.api.control;

import java.time.Instant;
import java.util.List;

/**
 * A file of the deploy folder: a jar, or the configuration of a plugin's instance.
 *
 * @param file its name
 * @param state {@code waiting} until the health gate has seen it, {@code running}, {@code refused},
 *     {@code retiring} when it was replaced or removed and sessions still use it
 * @param bundle symbolic name of the bundle; empty when it is none
 * @param version version of the bundle; empty when it is none
 * @param plugins names of the plugins it provides or configures; empty for an ordinary bundle
 * @param since when it came into this state
 * @param reason why it was refused, or what else is to be known, in a sentence; empty for nothing
 */
public record DeploymentStatus(
        String file,
        String state,
        String bundle,
        String version,
        List<String> plugins,
        Instant since,
        String reason) {
    /** Copies the list. */
    public DeploymentStatus {
        plugins = List.copyOf(plugins);
    }
}
