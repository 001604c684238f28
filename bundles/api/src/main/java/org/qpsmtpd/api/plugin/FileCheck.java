package org.qpsmtpd.api.plugin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A plugin that can tell what is wrong with the lines of its files, which {@link Plugin#files}
 * names. The server asks when its configuration is checked, at the start and after changes, so that
 * a line that the plugin would leave out is found before a session meets it.
 *
 * <p>A bundle that is no plugin, such as one that offers services to plugins, registers one as a
 * service with the property {@link #FILES}.
 */
@ConsumerType
@FunctionalInterface
public interface FileCheck {
    /** Service property: the files of a bundle that is no plugin, a name or several. */
    String FILES = "config.files";

    /**
     * Returns when the line can be used as it is. Looks at the line alone: waits for nothing.
     *
     * @param file name of the file
     * @param line text of the line
     * @throws IllegalArgumentException saying what is wrong with the line
     */
    void checkLine(String file, String line);
}
