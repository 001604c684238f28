package org.qpsmtpd.plugin.bogusbounce;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses messages of the null sender that can be no bounces: those to several recipients, and
 * those whose header has a return path.
 *
 * <p>{@code data_post}: looks at messages of the null sender, whoever brings them. An alias counts
 * as the one recipient that it was for the client.
 *
 * <p>Settings: {@code reject} (0) and {@code reject_type} (perm); {@code action}, an old way to say
 * both, given by position.
 *
 * <p>Source: qpsmtpd {@code plugins/bogus_bounce @ df5b04d}, RFC 3834 section 3.3.
 */
@Component(configurationPid = "bogus_bounce", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BogusBounceConfig.class, factory = true)
@Plugin(name = "bogus_bounce", positional = "action", formerly = "check_bogus_bounce")
@NonBlocking
public final class BogusBouncePlugin implements DataPostHook {
    private static final int SHOWN = 5;
    private static final HookResult NO_BOUNCE = HookResult.pass("not a null sender");
    private static final HookResult PASS = HookResult.pass("single recipient, empty Return-Path");

    private final Reject reject;

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public BogusBouncePlugin(BogusBounceConfig config) {
        reject = settings(config, config.action().toLowerCase(Locale.ROOT));
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (!transaction.sender().isNull()) {
            return NO_BOUNCE;
        }
        List<String> named = named(transaction);
        if (named.size() != 1) {
            return reject.decide(
                    "fail, this bounce message does not have 1 recipient",
                    "bogus bounce to: " + shown(named));
        }
        return hasReturnPath(transaction)
                ? reject.decide(
                        "a bounce return path must be empty (RFC 3834)",
                        "bounce messages must not have a Return-Path")
                : PASS;
    }

    /** The recipients that the client gave, those with a verdict of their own among them. */
    private static List<String> named(Transaction transaction) {
        return Stream.concat(
                        transaction.recipients().stream(), transaction.settledRecipients().stream())
                .map(BogusBouncePlugin::given)
                .distinct()
                .toList();
    }

    private static String given(Recipient recipient) {
        return recipient.notes().get(NoteKey.INSTEAD_OF).orElse(recipient.address().address());
    }

    private static String shown(List<String> named) {
        String first = named.stream().limit(SHOWN).collect(Collectors.joining(", "));
        int more = named.size() - SHOWN;
        return more > 0 ? first + " and " + more + " more" : first;
    }

    private static boolean hasReturnPath(Transaction transaction) {
        return transaction.headers().all("Return-Path").stream()
                .map(HeaderField::value)
                .map(BogusBouncePlugin::withoutBlanks)
                .anyMatch(path -> !path.isEmpty() && !path.equals("<>"));
    }

    private static String withoutBlanks(String value) {
        return value.replaceAll("\\s", "");
    }

    /** What {@code action} says gives way to {@code reject} and {@code reject_type}. */
    private static Reject settings(BogusBounceConfig config, String action) {
        boolean given = !config.reject__type().isEmpty();
        return switch (action) {
            case "", "log" -> reject(config, config.reject__type());
            case "deny" -> refusing(reject(config, config.reject__type()));
            case "denysoft" -> refusing(reject(config, given ? config.reject__type() : "temp"));
            default ->
                    throw new IllegalArgumentException(
                            "action '" + action + "' is not one of log, deny, denysoft");
        };
    }

    private static Reject reject(BogusBounceConfig config, String type) {
        return Reject.of(config.reject(), type, Action.DENY);
    }

    private static Reject refusing(Reject reject) {
        return reject.mode() == Reject.Mode.TOLERATE ? reject.withMode(Reject.Mode.REFUSE) : reject;
    }
}
