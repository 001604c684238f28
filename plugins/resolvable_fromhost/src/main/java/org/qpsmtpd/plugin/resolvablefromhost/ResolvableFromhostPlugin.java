package org.qpsmtpd.plugin.resolvablefromhost;

import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses senders whose domain cannot take mail, since no answer could reach them.
 *
 * <p>{@code mail}: asks for the mail exchangers of the sender's domain, then for their addresses,
 * or for the domain's own where it has none. Leaves the result in the notes {@code
 * resolvable_fromhost} and {@code resolvable_fromhost_host} of the transaction. The null sender and
 * addresses in brackets pass; a fault costs karma.
 *
 * <p>Settings: {@code reject} (1; naughty is the same as 1) and {@code reject_type} (soft). Files:
 * {@code invalid_resolvable_fromhost}, networks that no mail exchanger is in; {@code
 * require_resolvable_fromhost} with 0 for {@code reject 0}.
 *
 * <p>Faults: while the DNS does not answer the sender is deferred, whatever {@code reject_type}
 * says.
 *
 * <p>Source: qpsmtpd {@code plugins/resolvable_fromhost @ df5b04d}, RFC 5321 section 5.1, RFC 7505.
 */
@Component(
        configurationPid = "resolvable_fromhost",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(
        name = "resolvable_fromhost",
        files = {"invalid_resolvable_fromhost", "require_resolvable_fromhost"},
        formerly = {
            "require_resolvable_fromhost",
            "async/resolvable_fromhost",
            "async/require_resolvable_fromhost"
        })
@NonBlocking
public final class ResolvableFromhostPlugin implements MailHook, FileCheck {
    private static final NoteKey<String> RESULT =
            new NoteKey<>("resolvable_fromhost", String.class);
    private static final NoteKey<String> HOST =
            new NoteKey<>("resolvable_fromhost_host", String.class);

    private static final HookResult NULL_SENDER = HookResult.pass("null sender");

    private final Reject reject;
    private final DomainLookup lookup;
    private final ConfigView<NetworkList> invalid = NetworkList.view("invalid_resolvable_fromhost");

    @Activate
    public ResolvableFromhostPlugin(RejectSettings settings, @Reference Resolver resolver) {
        Reject given = Reject.of(settings, Action.DENYSOFT);
        boolean isNaughty = given.mode() == Reject.Mode.DEFER;
        reject = isNaughty ? given.withMode(Reject.Mode.REFUSE) : given;
        lookup = new DomainLookup(resolver);
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals("invalid_resolvable_fromhost")) {
            var unused = NetworkList.parse(line);
            return;
        }
        switch (line.toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "off", "1", "yes", "true", "on" -> {}
            default -> throw new IllegalArgumentException("'" + line + "' is neither 0 nor 1");
        }
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        if (sender.isNull()) {
            transaction.notes().put(RESULT, "null");
            return NULL_SENDER;
        }
        String host = sender.comparableHost();
        if (host.isEmpty()) {
            return faulty(transaction, "unparsable host", -2);
        }
        transaction.notes().put(HOST, host);
        if (host.startsWith("[")) {
            transaction.notes().put(RESULT, "ip");
            return HookResult.pass(host + " is an IP").withKarma(-1);
        }
        return HookResult.later(lookup.of(host), found -> judge(transaction, host, found));
    }

    private HookResult judge(Transaction transaction, String host, DomainLookup.Found found) {
        NetworkList networks = invalid.in(transaction.connection().config());
        DomainLookup.Result result = found.result(networks);
        return switch (result) {
            case EXCHANGER -> {
                transaction.notes().put(RESULT, "mx");
                yield HookResult.pass(host + " has MX");
            }
            case HOST -> {
                transaction.notes().put(RESULT, "a");
                yield HookResult.pass(host + " has no MX, but an address").withKarma(-1);
            }
            case NULL_EXCHANGER -> refusedByDomain(transaction, host);
            case INVALID_EXCHANGER -> faulty(transaction, "invalid MX for " + host, -2);
            case INVALID_HOST -> faulty(transaction, "invalid address for " + host, -2);
            case NOTHING -> nothing(transaction, host);
            case UNKNOWN -> unknown(transaction, host);
        };
    }

    /** The domain says itself that it takes no mail (RFC 7505, 4.2), which needs no second try. */
    private HookResult refusedByDomain(Transaction transaction, String host) {
        transaction.notes().put(RESULT, "null MX for " + host);
        Action type = reject.typeGiven() ? reject.type() : Action.DENY;
        String code = type.isTemporary() ? "4.7.27" : "5.7.27";
        return mode(transaction, new Reject(reject.mode(), type, true))
                .decide("Sender address has null MX (#" + code + ")", host + " has a null MX")
                .withKarma(-2);
    }

    private HookResult faulty(Transaction transaction, String detail, int karma) {
        transaction.notes().put(RESULT, detail);
        return badSystem(transaction, detail).withKarma(karma);
    }

    private HookResult badSystem(Transaction transaction, String detail) {
        String text =
                DsnStatus.ADDR_BAD_FROM_SYSTEM
                        .result(reject.type(), "FQDN required in the envelope sender")
                        .text();
        return mode(transaction, reject).decide(text, detail);
    }

    /** A refusal for good does not call itself temporary. */
    private HookResult nothing(Transaction transaction, String host) {
        String detail = host + " has neither MX nor address";
        HookResult result =
                reject.type().isTemporary()
                        ? mode(transaction, reject)
                                .decide(DsnStatus.TEMP_RESOLVER_FAILED.result().text(), detail)
                        : badSystem(transaction, detail);
        return result.withKarma(-1);
    }

    private HookResult unknown(Transaction transaction, String host) {
        Action type = reject.type().disconnects() ? Action.DENYSOFT_DISCONNECT : Action.DENYSOFT;
        return mode(transaction, new Reject(reject.mode(), type, true))
                .decide(DsnStatus.TEMP_RESOLVER_FAILED.result().text(), "no answer for " + host);
    }

    /** The older file can only switch refusals off. */
    private static Reject mode(Transaction transaction, Reject reject) {
        Config config = transaction.connection().config();
        boolean isOff =
                config.value("require_resolvable_fromhost").isPresent()
                        && !config.flag("require_resolvable_fromhost");
        return isOff ? reject.withMode(Reject.Mode.TOLERATE) : reject;
    }
}
