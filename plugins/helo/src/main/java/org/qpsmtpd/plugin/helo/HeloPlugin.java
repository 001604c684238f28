package org.qpsmtpd.plugin.helo;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses clients whose name in HELO or EHLO cannot be right, without asking the DNS.
 *
 * <p>{@code helo} and {@code ehlo}: the refusal of the first test that fails, at the price of 1 of
 * karma. {@code data_post}: puts the name into the header field X-HELO, always DECLINED.
 *
 * <p>Settings: {@code policy}, the tests that are made: {@code lenient}, {@code rfc} or {@code
 * strict} (lenient); {@code reject} (1) and {@code reject_type} (disconnect).
 *
 * <p>Faults: without the file {@code badhelo} no name is bad; an entry that is a wrong expression
 * is logged and left out.
 *
 * <p>Source: qpsmtpd {@code plugins/helo @ df5b04d}, RFC 5321 sections 4.1.1.1 and 4.1.3.
 */
@Component(configurationPid = "helo", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HeloConfig.class, factory = true)
@Plugin(name = "helo", files = "badhelo", formerly = "check_spamhelo")
@NonBlocking
public final class HeloPlugin implements HeloHook, EhloHook, DataPostHook, FileCheck {
    private static final HookResult IMMUNE = HookResult.skip("immune");
    private static final HookResult PASS = HookResult.pass("no fault in the name");
    private static final HookResult NO_NAME =
            HookResult.DECLINED.because("fail, tolerated: no name");

    private static final Fault NOT_LOCALHOST =
            new Fault("You are not localhost", "invalid localhost");
    private static final Fault FORGED_LITERAL =
            new Fault("Forged IPs not accepted here", "forged IP literal");
    private static final Fault PLAIN_IP =
            new Fault("Plain IP is invalid HELO hostname (RFC 2821)", "plain IP");
    private static final Fault UNQUALIFIED =
            new Fault("HELO name is not fully qualified. Read RFC 2821", "not FQDN");
    private static final Fault WRONG_CHARACTERS =
            new Fault(
                    "HELO name contains invalid FQDN characters. Read RFC 1035",
                    "invalid FQDN characters");
    private static final Fault LITERAL =
            new Fault("RFC 2821 allows an address literal, but we do not", "address literal");

    private final Policy policy;
    private final Patterns patterns;
    private final Reject reject;
    private final ConfigView<BadNames> badNames;

    private enum Policy {
        LENIENT,
        RFC,
        STRICT
    }

    /** What is wrong: the text for the client, and the log's word for it. */
    private record Fault(String text, String detail) {}

    @Activate
    public HeloPlugin(RejectSettings reject, HeloConfig config, @Reference Patterns patterns) {
        this.policy = Choice.of(Policy.class, "policy", config.policy());
        this.patterns = patterns;
        this.reject = Reject.of(reject, Action.DENY_DISCONNECT);
        this.badNames = new ConfigView<>("badhelo", lines -> BadNames.parse(lines, patterns));
    }

    @Override
    public void checkLine(String file, String line) {
        BadNames.check(line, patterns);
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
            connection.adjustKarma(-2);
            return NO_NAME;
        }
        if (connection.isImmune()) {
            return IMMUNE;
        }
        Optional<Fault> fault = fault(connection, host);
        if (fault.isEmpty()) {
            return PASS;
        }
        connection.adjustKarma(-1);
        return reject.decide(fault.get().text(), fault.get().detail());
    }

    private Optional<Fault> fault(Connection connection, String host) {
        if (badNames.in(connection.config()).contains(host)) {
            return Optional.of(new Fault("I do not believe you are " + host + ".", "in badhelo"));
        }
        String name = Hosts.comparable(host);
        if (name.equals("localhost") && !connection.isLocalhost()) {
            return Optional.of(NOT_LOCALHOST);
        }
        Optional<InetAddress> literal = literal(name);
        if (literal.isPresent()) {
            return literalFault(connection, literal.get());
        }
        if (address(name).isPresent()) {
            return Optional.of(PLAIN_IP);
        }
        return policy == Policy.LENIENT ? Optional.empty() : nameFault(host);
    }

    private Optional<Fault> literalFault(Connection connection, InetAddress literal) {
        if (!literal.equals(connection.remoteAddress())) {
            return Optional.of(FORGED_LITERAL);
        }
        return policy == Policy.STRICT ? Optional.of(LITERAL) : Optional.empty();
    }

    private static Optional<Fault> nameFault(String host) {
        if (host.indexOf('.') < 0) {
            return Optional.of(UNQUALIFIED);
        }
        return host.chars().allMatch(HeloPlugin::isNameCharacter)
                ? Optional.empty()
                : Optional.of(WRONG_CHARACTERS);
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.';
    }

    /** The address in brackets, with or without the tag {@code IPv6:} (RFC 5321 4.1.3). */
    private static Optional<InetAddress> literal(String host) {
        if (!host.startsWith("[") || !host.endsWith("]")) {
            return Optional.empty();
        }
        String inner = host.substring(1, host.length() - 1);
        return address(inner.regionMatches(true, 0, "IPv6:", 0, 5) ? inner.substring(5) : inner);
    }

    /** The address without brackets; names are told apart by their ends, without an exception. */
    private static Optional<InetAddress> address(String text) {
        boolean numeric =
                !text.isEmpty()
                        && isHexOrColon(text.charAt(0))
                        && (text.indexOf(':') >= 0 || isDigit(text.charAt(text.length() - 1)));
        if (!numeric) {
            return Optional.empty();
        }
        try {
            return Optional.of(Network.parseAddress(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isHexOrColon(char c) {
        return c == ':' || (c < 127 && Character.digit(c, 16) >= 0);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
