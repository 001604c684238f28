package org.qpsmtpd.api.hook;

import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code queue}: takes the message over.
 *
 * <p>OK says that the message is durable: it survives a crash of this machine, or another server
 * has answered for it; the client gets 250. DENY 552, DENYSOFT 452. When all plugins decline, 451.
 * DONE replies; what it says of the message is the plugin's to keep.
 */
@ConsumerType
@FunctionalInterface
public interface QueueHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onQueue(Transaction transaction);

    /**
     * Whether this plugin can take a message of any octets, bare CR and LF included. Only when all
     * queue plugins can, the server offers BINARYMIME (RFC 3030).
     */
    default boolean takesBinary() {
        return false;
    }

    /**
     * How many recipients of one message this plugin can take, as far as it knows now. The server
     * takes no more at RCPT: 452, so that the client brings the message once more for the others.
     * Called on the connection's own thread; never waits.
     *
     * @return 1 or more; {@link Integer#MAX_VALUE} for any number
     */
    default int mostRecipients() {
        return Integer.MAX_VALUE;
    }

    /**
     * Whether two recipients may be in one message. Where they may not, the client is told to bring
     * the second in another one (452), unless it reads a reply for each. Recipients that plugins
     * add are not asked about. Called on the connection's own thread; never waits.
     *
     * @param first the first recipient of the message
     * @param another the one that comes now
     */
    default boolean takesTogether(Connection connection, Address first, Address another) {
        return true;
    }

    /**
     * The extensions that this plugin honours, as far as it knows now. The server offers those that
     * all queue plugins honour. Called on the connection's own thread; never waits.
     *
     * @return none unless the plugin says otherwise
     */
    default Set<QueueExtension> honours() {
        return Set.of();
    }
}
