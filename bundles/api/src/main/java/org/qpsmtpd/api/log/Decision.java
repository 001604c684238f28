package org.qpsmtpd.api.log;

/**
 * What one plugin answered to one hook, or what the server itself replied.
 *
 * @param messageId the message it was about, as in {@link MessageRecord#id}; empty outside messages
 * @param hook the hook as qpsmtpd writes it ({@code rcpt}); empty for a reply of the server
 * @param plugin the plugin as {@code config/plugins} writes it; empty for a reply of the server
 * @param version version of the plugin's bundle; empty for a reply of the server
 * @param answer the {@link org.qpsmtpd.api.answer.Action} by name; for a plugin that gave none
 *     {@code error}, {@code overdue}, {@code away} or {@code bypassed}; {@code quarantine} for a
 *     reason to keep the message apart; {@code reply} for a reply of the server
 * @param text text for the client, for a reply of the server with its code, for the verdict on one
 *     recipient with {@code for <ADDRESS>: } before it; at most 300 characters
 * @param reason the plugin's reason; at most 300 characters, empty for none
 * @param at microseconds from the beginning of the session to the call
 * @param micros microseconds that the call took
 */
public record Decision(
        String messageId,
        String hook,
        String plugin,
        String version,
        String answer,
        String text,
        String reason,
        long at,
        long micros) {}
