package org.qpsmtpd.plugin.helo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses clients whose name in HELO or EHLO cannot be right.
 *
 * <p>{@code helo} and {@code ehlo}: the refusal of the first test that fails, at the price of 1 of
 * karma; with the policies rfc and strict the DNS is asked when all other tests have passed. {@code
 * data_post}: puts the name into the header field X-HELO, always DECLINED.
 *
 * <p>Settings: {@code policy}, the tests that are made: {@code lenient}, {@code rfc} or {@code
 * strict} (lenient); {@code timeout}, seconds for the DNS (5); {@code reject} (1) and {@code
 * reject_type} (disconnect).
 *
 * <p>Faults: without the file {@code badhelo} no name is bad; an entry that is a wrong expression
 * is logged and left out. A DNS that does not answer is a temporary refusal and costs no karma.
 *
 * <p>Source: qpsmtpd {@code plugins/helo @ df5b04d}, RFC 5321 sections 4.1.1.1 and 4.1.3.
 */
@Component(configurationPid = "helo", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HeloConfig.class, factory = true)
@Plugin(name = "helo", files = "badhelo", formerly = "check_spamhelo")
@NonBlocking
public final class HeloPlugin implements HeloHook, EhloHook, DataPostHook, FileCheck {
    private static final NoteKey<Boolean> FORWARD_MATCH =
            new NoteKey<>("helo_forward_match", Boolean.class);
    private static final NoteKey<Boolean> REVERSE_MATCH =
            new NoteKey<>("helo_reverse_match", Boolean.class);

    private static final HookResult PASS = HookResult.pass("no fault in the name");
    private static final HookResult NO_NAME =
            HookResult.DECLINED.because("fail, tolerated: no name").withKarma(-2);

    private final Policy policy;
    private final Patterns patterns;
    private final Reject reject;
    private final NameTests nameTests;
    private final DnsTests dnsTests;
    private final Duration limit;

    @Activate
    public HeloPlugin(
            RejectSettings reject,
            HeloConfig config,
            @Reference Patterns patterns,
            @Reference Resolver resolver) {
        this.policy = Choice.of(Policy.class, "policy", config.policy());
        this.patterns = patterns;
        this.reject = Reject.of(reject, Action.DENY_DISCONNECT);
        this.nameTests = new NameTests(policy, BadNames.view(patterns));
        this.dnsTests = new DnsTests(resolver, policy == Policy.STRICT);
        boolean ownLimit = config.dns__timeout() > 0;
        this.limit = Duration.ofSeconds(ownLimit ? config.dns__timeout() : config.timeout());
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = BadNames.Entry.parse(line, patterns);
    }

    @Override
    public HookResult onHelo(Connection connection, String host) {
        return greeted(connection, host);
    }

    @Override
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return greeted(connection, host);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        transaction.headers().remove("X-HELO");
        transaction.headers().prepend("X-HELO", transaction.connection().helloHost());
        return HookResult.DECLINED;
    }

    private HookResult greeted(Connection connection, String host) {
        if (host.isEmpty()) {
            return NO_NAME;
        }
        if (connection.isImmune()) {
            return HookResult.IMMUNE;
        }
        Optional<Fault> fault = nameTests.fault(connection, host);
        if (fault.isPresent()) {
            return refusal(fault.get());
        }
        if (policy == Policy.LENIENT) {
            return PASS;
        }
        return HookResult.later(
                dnsTests.ask(connection, host),
                limit,
                refusal(DnsTests.noAnswer(connection.remoteIp())),
                found -> judge(connection, found));
    }

    private HookResult judge(Connection connection, DnsTests.Found found) {
        note(connection, FORWARD_MATCH, found.isForwardMatch());
        note(connection, REVERSE_MATCH, found.isReverseMatch());
        return dnsTests.fault(found, connection.remoteIp())
                .map(this::refusal)
                .orElse(passed(found));
    }

    /** A client that greets anew may have given a better name before. */
    private static void note(Connection connection, NoteKey<Boolean> key, boolean isMatch) {
        if (isMatch) {
            connection.notes().put(key, true);
        } else {
            connection.notes().remove(key);
        }
    }

    private static HookResult passed(DnsTests.Found found) {
        boolean both = found.isForwardMatch() && found.isReverseMatch();
        return both ? HookResult.pass("forward and reverse match").withKarma(1) : PASS;
    }

    private HookResult refusal(Fault fault) {
        if (!fault.isTemporary()) {
            return reject.decide(fault.text(), fault.detail()).withKarma(-1);
        }
        Action type = reject.type().disconnects() ? Action.DENYSOFT_DISCONNECT : Action.DENYSOFT;
        return new Reject(reject.mode(), type, true).decide(fault.text(), fault.detail());
    }
}
