package org.qpsmtpd.api.control;

import java.time.Instant;

/**
 * An open connection.
 *
 * @param id its id, as in the log
 * @param peer the client, {@code ADDRESS:PORT}, an IPv6 address in brackets
 * @param host the client's name, {@code Unknown} when it has none
 * @param since when it connected
 * @param state what it is doing: {@code connect}, {@code command}, {@code mail} (between MAIL and
 *     DATA), {@code data}, {@code closing}, or {@code hook NAME} and the plugin that is asked
 * @param generation number of the set of plugins it is pinned to
 * @param list name of the plugin list that its client has now
 * @param hello name given with HELO or EHLO; empty for none
 * @param sender envelope sender with angle brackets; empty outside a transaction
 * @param messages how many messages it has had
 */
public record ConnectionStatus(
        String id,
        String peer,
        String host,
        Instant since,
        String state,
        int generation,
        String list,
        String hello,
        String sender,
        int messages) {}
