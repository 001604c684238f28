package org.qpsmtpd.api.session;

import org.qpsmtpd.api.answer.Action;

/**
 * A refusal that was left for the plugin naughty to carry out.
 *
 * @param text what the client will read: a line {@code (PLUGIN) TEXT} for each offence, separated
 *     by LF
 * @param type how the first offended plugin wanted to refuse; DECLINED when it left that open
 */
public record Naughty(String text, Action type) {}
