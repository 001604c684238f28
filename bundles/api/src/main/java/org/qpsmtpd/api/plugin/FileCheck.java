package org.qpsmtpd.api.plugin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A plugin that can tell what is wrong with the lines of its files, which {@link Plugin#files}
 * names. The server asks when its configuration is checked, at the start and after changes, so that
 * a line that the plugin would leave out is found before a session meets it.
 */
@ConsumerType
@FunctionalInterface
public interface FileCheck {
    /**
     * Returns when the line can be used as it is. Looks at the line alone: waits for nothing.
     *
     * @param file name of the file
     * @param line text of the line
     * @throws IllegalArgumentException saying what is wrong with the line
     */
    void checkLine(String file, String line);
}
