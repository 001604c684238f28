package org.qpsmtpd.api.control;

/**
 * A number that a plugin keeps of its own.
 *
 * @param plugin the plugin as {@code config/plugins} writes it
 * @param name what it counts, such as {@code lookups_failed}
 * @param isCounter whether it only grows while the plugin runs; otherwise it is a level
 * @param value the number now
 */
public record PluginFigure(String plugin, String name, boolean isCounter, long value) {}
