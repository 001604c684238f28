package org.qpsmtpd.plugin.badrcptto;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses recipients that the file {@code badrcptto} lists, or the older {@code
 * badrcptto_patterns}.
 *
 * <p>{@code rcpt}: DENY for a recipient that an {@link AddressPattern} of the file matches, in
 * either case, and two off the karma; the text is that of the first line that matches. Declines
 * otherwise. Recipients without host are left alone; clients that are immune elsewhere are not.
 *
 * <p>Faults: without the file nobody is refused; a line that is no pattern is logged with its place
 * and refuses nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/badrcptto} @ df5b04d.
 */
@Component(configurationPid = "badrcptto", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(
        name = "badrcptto",
        files = {"badrcptto", "badrcptto_patterns"},
        formerly = {"check_badrcptto", "check_badrcptto_patterns"},
        accepts = "nothing")
@NonBlocking
public final class BadrcpttoPlugin implements RcptHook, FileCheck {
    private static final Logger LOG = LoggerFactory.getLogger(BadrcpttoPlugin.class);

    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final Patterns patterns;
    private final ConfigView<List<AddressPattern>> badRcptTo =
            new ConfigView<>("badrcptto", this::parse);
    private final ConfigView<List<AddressPattern>> badRcptToPatterns =
            new ConfigView<>("badrcptto_patterns", this::parse);

    /**
     * Makes the plugin.
     *
     * @param patterns compiles the regular expressions of the file
     */
    @Activate
    public BadrcpttoPlugin(@Reference Patterns patterns) {
        this.patterns = patterns;
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Address address = recipient.address();
        if (address.user().isEmpty() || address.host().isEmpty()) {
            return HALF_ADDRESS;
        }
        Config config = transaction.connection().config();
        List<AddressPattern> listed = badRcptTo.in(config);
        List<AddressPattern> expressions = badRcptToPatterns.in(config);
        if (listed.isEmpty() && expressions.isEmpty()) {
            return EMPTY;
        }
        return AddressPattern.first(listed, address)
                .or(() -> AddressPattern.first(expressions, address))
                .map(pattern -> refusal(transaction.connection(), pattern))
                .orElse(PASS);
    }

    private static HookResult refusal(Connection connection, AddressPattern pattern) {
        connection.adjustKarma(-2);
        HookResult refusal =
                pattern.reason().isEmpty()
                        ? DsnStatus.NO_SUCH_USER.result("mail to " + pattern + " not accepted here")
                        : HookResult.deny(pattern.reason());
        return refusal.because("fail: matches " + pattern);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = AddressPattern.parse(line, patterns, true);
    }

    private List<AddressPattern> parse(List<ConfigLine> lines) {
        List<AddressPattern> parsed = new ArrayList<>();
        for (ConfigLine line : lines) {
            try {
                parsed.add(AddressPattern.parse(line.text(), patterns, true));
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: left out: {}", line.place(), e.getMessage());
            }
        }
        return List.copyOf(parsed);
    }
}
