package org.qpsmtpd.plugin.queue.discard;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts each message and throws it away, for tests and benchmarks. Says so at WARN when it
 * starts.
 *
 * <p>Hook {@code queue}: always OK.
 */
@Component(configurationPid = "queue.discard", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "queue/discard", decides = "queue")
@NonBlocking
public final class DiscardPlugin implements QueueHook {
    private static final Logger LOG = LoggerFactory.getLogger(DiscardPlugin.class);
    private static final HookResult DISCARDED =
            HookResult.ok("Queued! (discarded)").because("pass: thrown away");

    @Activate
    public DiscardPlugin() {
        LOG.warn("queue/discard: mail is accepted and thrown away");
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        return DISCARDED;
    }

    /** Nothing looks at the octets. */
    @Override
    public boolean takesBinary() {
        return true;
    }
}
