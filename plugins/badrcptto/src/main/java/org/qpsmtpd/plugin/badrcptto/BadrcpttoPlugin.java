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
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses recipients that the file {@code badrcptto} lists, or the older {@code
 * badrcptto_patterns}.
 *
 * <p>{@code rcpt}: DENY for a recipient that an {@link AddressPattern} of the server's file
 * matches, or of the recipient's own, in either case, and two off the karma; the text is that of
 * the first line that matches. Declines otherwise. Recipients without host are left alone; clients
 * that are immune elsewhere are not.
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
    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final Patterns patterns;
    private final ConfigView<List<AddressPattern>> badRcptTo;
    private final ConfigView<List<AddressPattern>> expressions;

    /**
     * Makes the plugin.
     *
     * @param patterns compiles the regular expressions of the file
     */
    @Activate
    public BadrcpttoPlugin(@Reference Patterns patterns) {
        this.patterns = patterns;
        badRcptTo = ConfigView.ofEntries("badrcptto", line -> pattern(line.text()));
        expressions = ConfigView.ofEntries("badrcptto_patterns", line -> pattern(line.text()));
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Address address = recipient.address();
        if (address.user().isEmpty() || address.host().isEmpty()) {
            return HALF_ADDRESS;
        }
        List<List<AddressPattern>> lists = new ArrayList<>(4);
        Config server = transaction.connection().config();
        addLists(server, lists);
        Config own = recipient.config();
        if (own != server) {
            addLists(own, lists);
        }
        if (lists.stream().allMatch(List::isEmpty)) {
            return EMPTY;
        }
        return lists.stream()
                .flatMap(list -> AddressPattern.first(list, address).stream())
                .findFirst()
                .map(BadrcpttoPlugin::refusal)
                .orElse(PASS);
    }

    private void addLists(Config config, List<List<AddressPattern>> lists) {
        lists.add(badRcptTo.in(config));
        lists.add(expressions.in(config));
    }

    private static HookResult refusal(AddressPattern pattern) {
        HookResult refusal =
                pattern.reason().isEmpty()
                        ? DsnStatus.NO_SUCH_USER.result("mail to " + pattern + " not accepted here")
                        : HookResult.deny(pattern.reason());
        return refusal.because("fail: matches " + pattern).withKarma(-2);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = pattern(line);
    }

    private AddressPattern pattern(String line) {
        return AddressPattern.parse(line, patterns, true);
    }
}
