package org.qpsmtpd.core.chain;

/**
 * How one call of a plugin went, in words and numbers only.
 *
 * @param hook qpsmtpd's name of the hook
 * @param plugin the plugin's name
 * @param version version of its bundle
 * @param answer the action by name, or {@code error}, {@code overdue}, {@code away}, {@code
 *     bypassed}
 * @param text text for the client
 * @param reason why
 * @param began when the call began, on the clock of {@link System#nanoTime}
 * @param nanos how long it took
 */
public record Outcome(
        String hook,
        String plugin,
        String version,
        String answer,
        String text,
        String reason,
        long began,
        long nanos) {}
