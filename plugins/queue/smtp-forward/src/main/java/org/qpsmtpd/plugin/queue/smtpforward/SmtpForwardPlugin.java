package org.qpsmtpd.plugin.queue.smtpforward;

import java.io.IOException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands mail on to another server by SMTP and answers what that server answers.
 *
 * <p>{@code queue}: OK when the next hop has taken the message, DENY or DENYSOFT when it refuses
 * it, DENYSOFT when it cannot be used. Never DECLINED, so no queue plugin after this one is asked.
 *
 * <p>Settings: host, port (25), the flag xclient, {@code tls} (may), {@code timeoutSeconds} (60),
 * {@code maxSeconds} (240), {@code idleConnections} (4), {@code idleSeconds} (30), {@code
 * messagesPerConnection} (100), {@code strictEightBit} (false), {@code caFile}.
 *
 * <p>Faults: a next hop that cannot be reached, breaks off, answers too late or nonsense, or
 * refuses the session: 451, the mail is deferred. A connection kept from an earlier message may
 * have gone, so when it fails before the end of the message has been sent, the message is tried
 * once more on a new one; after that never, since it may have been taken.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/smtp-forward @ df5b04d}, RFC 5321.
 */
@Component(
        configurationPid = "queue.smtp_forward",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SmtpForwardConfig.class, factory = true)
@Plugin(
        name = "queue/smtp-forward",
        positional = {"host", "port", "flags..."},
        decides = "queue",
        formerly = "async/queue/smtp-forward",
        paths = "caFile")
public final class SmtpForwardPlugin implements QueueHook {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpForwardPlugin.class);

    private static final String UNREADABLE =
            "Unable to queue message (the message cannot be read) (#4.3.0)";

    private final NextHop hop;
    private final ConnectionPool pool;
    private final HopRecipientLimit limit = new HopRecipientLimit();

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public SmtpForwardPlugin(SmtpForwardConfig config) {
        hop = NextHop.of(config);
        pool = new ConnectionPool(hop);
    }

    /** Closes the connections. A message that comes later is deferred. */
    @Deactivate
    public void close() {
        pool.close();
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        try {
            Outgoing message = new Outgoing(transaction);
            Optional<HookResult> refusal = message.refusal();
            return refusal.isPresent() ? refusal.get() : forward(transaction, message);
        } catch (NextHopException e) {
            return later(e.text(), hop.place() + ": " + e.detail());
        } catch (BareLineEndException e) {
            return Outgoing.bareLineEnd();
        } catch (IOException e) {
            return later(UNREADABLE, "the message cannot be read: " + e);
        }
    }

    @Override
    public int mostRecipients() {
        return limit.most(System.nanoTime());
    }

    private HookResult forward(Transaction transaction, Outgoing message) throws IOException {
        long due = System.nanoTime() + hop.maxTime().toNanos();
        Optional<HopConnection> kept = pool.take(due).filter(known -> isFit(message, known));
        if (kept.isPresent()) {
            try {
                return deliver(message, kept.get());
            } catch (NextHopException e) {
                if (kept.get().isFinalDotSent()) {
                    throw e;
                }
                LOG.debug("{}: {} on a kept connection", hop.place(), e.detail());
            }
        }
        return deliver(message, pool.open(transaction.connection(), due));
    }

    /**
     * What a kept connection does not offer the next hop may offer by now: nothing is refused but
     * by a session that has just begun.
     */
    private boolean isFit(Outgoing message, HopConnection kept) {
        boolean fit = message.refusalFor(kept.extensions(), hop.strictEightBit()).isEmpty();
        if (!fit) {
            pool.end(kept);
        }
        return fit;
    }

    private HookResult deliver(Outgoing message, HopConnection connection) throws IOException {
        boolean done = false;
        try {
            HookResult result = new HopDelivery(hop, limit, message, connection).run();
            done = true;
            return result;
        } finally {
            if (done) {
                pool.give(connection);
            } else {
                pool.discard(connection);
            }
        }
    }

    private static HookResult later(String text, String detail) {
        return HookResult.denySoft(text).withCode(451).because("error: " + detail);
    }
}
