package org.qpsmtpd.plugin.rcptcallout;

import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.lookup.RecipientLookup;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Asks the next hop whether it takes a recipient.
 *
 * <p>{@code rcpt}: DENY when the next hop refuses the recipient for good; otherwise DECLINED, or OK
 * with {@code found ok}. Says EHLO, MAIL and RCPT on connections that are kept, without holding a
 * thread.
 *
 * <p>Settings: host, port (25), {@code smtproutes} (false), {@code tls} (may), {@code caFile},
 * {@code sender} ({@code <>}), {@code probe} (true), {@code connections} (4), {@code idleSeconds}
 * (30), {@code timeoutSeconds} (15), {@code on_error} (defer), and those of {@link LookupSettings}
 * and {@link RejectSettings}.
 *
 * <p>Faults: a next hop that cannot be reached, answers nonsense or too late, or says neither yes
 * nor no: DENYSOFT, or DECLINED with {@code on_error pass}. One that cannot be asked is left alone
 * for five seconds. A store that fails is done without.
 *
 * <p>Source: RFC 5321 section 4.1.
 */
@Component(configurationPid = "rcpt_callout", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptCalloutConfig.class, factory = true)
@Plugin(
        name = "rcpt_callout",
        positional = {"host", "port"},
        before = "rcpt_ok",
        accepts = "rcpt found",
        files = Routes.FILE,
        paths = "caFile")
@NonBlocking
public final class RcptCalloutPlugin implements RcptHook, FileCheck {
    private final RejectSettings reject;
    private final LookupSettings lookup;
    private final String onError;
    private final Settings settings;
    private final Optional<HopAddress> usual;
    private final Optional<ConfigView<Routes>> routes;
    private final Optional<String> probe;
    private final SharedAnswers shared;
    private final Loop loop = new Loop();
    private final Map<HopAddress, Callout> callouts = new ConcurrentHashMap<>();

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public RcptCalloutPlugin(
            RejectSettings reject,
            LookupSettings lookup,
            RcptCalloutConfig config,
            @Reference Stores stores) {
        this.reject = reject;
        this.lookup = lookup;
        onError = config.on__error();
        settings = Settings.of(config);
        usual =
                config.host().isEmpty()
                        ? Optional.empty()
                        : Optional.of(HopAddress.of(config.host(), config.port()));
        if (usual.isEmpty() && !config.smtproutes()) {
            throw new IllegalArgumentException(
                    "host is missing: rcpt_callout needs HOST [PORT], or smtproutes yes");
        }
        routes = config.smtproutes() ? Optional.of(Routes.view()) : Optional.empty();
        probe = config.probe() ? Optional.of(nobody()) : Optional.empty();
        shared = new SharedAnswers(stores.open("rcpt_callout"));
        var unused = lookup();
    }

    /** A local part that nobody has, and nobody can guess. */
    private static String nobody() {
        return "qpsmtpd-" + Long.toString(new SecureRandom().nextLong() >>> 1, 36);
    }

    private RecipientLookup lookup() {
        return new RecipientLookup("rcpt_callout", reject, lookup, onError);
    }

    /**
     * Ends the connections. A recipient that comes later is treated as one that cannot be asked
     * for.
     */
    @Deactivate
    public void close() {
        loop.close();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Routes.parse(line);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        String domain = recipient.address().comparableHost();
        Optional<HopAddress> hop =
                routes.isEmpty()
                        ? usual
                        : routes.get().in(transaction.connection().config()).hop(domain, usual);
        if (hop.isEmpty()) {
            return HookResult.skip("no next hop for " + domain);
        }
        try {
            return callouts.computeIfAbsent(hop.get(), this::callout)
                    .answer(transaction, recipient);
        } catch (HopFault e) {
            return lookup().failed(hop.get() + ": " + e.reason());
        }
    }

    private Callout callout(HopAddress place) {
        return new Callout(
                place, loop.hop(place, settings), lookup(), shared, settings.timeout(), probe);
    }
}
