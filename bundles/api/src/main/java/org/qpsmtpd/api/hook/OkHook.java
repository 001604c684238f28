package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

import java.util.Optional;

/**
 * Hook {@code ok}: observes that a plugin answered anything but a refusal.
 *
 * <p>Cannot change anything. Not called for answers within itself.
 */
@ConsumerType
@FunctionalInterface
public interface OkHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param transaction the transaction; absent when none is open
     * @param plugin name of the plugin that answered
     * @param hook name of the hook it answered
     * @param result its answer
     */
    void onOk(
            Connection connection,
            Optional<Transaction> transaction,
            String plugin,
            String hook,
            HookResult result);
}
