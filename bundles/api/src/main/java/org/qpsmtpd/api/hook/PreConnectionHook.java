package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Admission;

/**
 * Hook {@code pre-connection}: a client has connected and nothing was said yet.
 *
 * <p>A refusal closes the connection: DENY with 550, DENYSOFT with 451. Other answers let it pass.
 */
@ConsumerType
@FunctionalInterface
public interface PreConnectionHook {
    /**
     * Answers the hook.
     *
     * @param admission the connection, and how many its address holds
     */
    HookResult onPreConnection(Admission admission);
}
