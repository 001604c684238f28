package org.qpsmtpd.api.session;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;

/** A recipient of the transaction; while the {@code rcpt} hook runs, one that may become it. */
@ProviderType
public interface Recipient {
    /** Its address; never the null sender. */
    Address address();

    /** The parameters of its RCPT command. */
    Parameters parameters();

    /** Its notes. */
    Notes notes();

    /**
     * Gives a verdict for this recipient alone; the message goes on for the others. From then on it
     * is not among {@link Transaction#recipients}, so that no plugin delivers to it. To be called
     * within {@code data_post}, {@code queue_pre} or {@code queue}; the call then answers DECLINED,
     * or in {@code queue} with what holds for all others.
     *
     * <p>A client that asked for PRDR, or speaks LMTP, reads a reply for each recipient. One of
     * plain SMTP reads one reply, which the server forms; with {@code strict} in {@code
     * mixed_verdict} the first refusal before the queue is asked refuses the message for all,
     * otherwise:
     *
     * <ul>
     *   <li>Refused for good, while others are accepted: the message is accepted. Nobody is told
     *       but the log and the record of the session.
     *   <li>All refused for good: the first of these refusals.
     *   <li>Any refused temporarily before the queue is asked: that refusal, and nothing is queued;
     *       the client brings the message again for all.
     *   <li>Any refused temporarily by the queue: that refusal. Who was given OK before gets the
     *       message again, so a queue plugin that cannot take it for some answers DENYSOFT before
     *       it stores anything.
     * </ul>
     *
     * @param verdict DENY or DENYSOFT; OK only in {@code queue}: for this recipient the message is
     *     durable
     * @throws IllegalArgumentException for another answer
     * @throws IllegalStateException outside these hooks, when there is a verdict already, or when
     *     it is no recipient any more
     */
    void settle(HookResult verdict);

    /** The verdict for this recipient alone; absent without. */
    Optional<HookResult> verdict();

    /** The configuration with this recipient's own values first (hook {@code user_config}). */
    Config config();
}
