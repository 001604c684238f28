package org.qpsmtpd.api.config;

/**
 * One value of a configuration file and where it stands.
 *
 * @param text the value, trimmed, never empty
 * @param file path of the file it came from, or the name of the plugin that supplied it
 * @param line line number in that file, from 1; 0 when a plugin supplied it
 */
public record ConfigLine(String text, String file, int line) {
    /** Where the value stands, for messages: {@code FILE:LINE}. */
    public String place() {
        return line == 0 ? file : file + ":" + line;
    }
}
