package org.qpsmtpd.api.log;

import java.time.Instant;
import java.util.List;

/**
 * Why a session went as it did: every hook call with its answer, in order.
 *
 * @param id the connection's id, as in the log
 * @param remoteIp the client's address
 * @param remoteHost the client's name, {@code Unknown} when it has none
 * @param generation number of the set of plugins it is pinned to
 * @param lists names of the plugin lists that its client had, in order, the last 8 at most
 * @param began when the client connected
 * @param over whether the session has ended
 * @param decisions the calls in order, as many as fit into 16 KiB; those about earlier messages go
 *     first
 * @param dropped how many were not kept
 * @param messages its messages in order, the last 20 at most
 */
public record SessionRecord(
        String id,
        String remoteIp,
        String remoteHost,
        int generation,
        List<String> lists,
        Instant began,
        boolean over,
        List<Decision> decisions,
        int dropped,
        List<MessageRecord> messages) {
    /** Copies the lists. */
    public SessionRecord {
        lists = List.copyOf(lists);
        decisions = List.copyOf(decisions);
        messages = List.copyOf(messages);
    }
}
