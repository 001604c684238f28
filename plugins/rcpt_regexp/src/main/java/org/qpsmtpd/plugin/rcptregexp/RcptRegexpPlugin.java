package org.qpsmtpd.plugin.rcptregexp;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Decides about recipients by addresses and regular expressions of the file {@code rcpt_regexp}.
 *
 * <p>{@code rcpt}: code and text of the first line that matches; declines without one, and for a
 * recipient without host. Expressions are searched in {@code user@host}, whatever the letter case.
 *
 * <p>Faults: a line that cannot be read is logged with its place and left out.
 *
 * <p>Source: qpsmtpd {@code plugins/rcpt_regexp @ df5b04d}.
 */
@Component(configurationPid = "rcpt_regexp", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "rcpt_regexp", files = "rcpt_regexp", before = "rcpt_ok")
@NonBlocking
public final class RcptRegexpPlugin implements RcptHook, FileCheck {
    private final Patterns patterns;
    private final ConfigView<List<Rule>> rules;

    /**
     * Makes the plugin.
     *
     * @param patterns compiles the expressions
     */
    @Activate
    public RcptRegexpPlugin(@Reference Patterns patterns) {
        this.patterns = patterns;
        rules = ConfigView.ofEntries("rcpt_regexp", line -> Rule.parse(line.text(), patterns));
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Rule.parse(line, patterns);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Address address = recipient.address();
        if (address.host().isEmpty()) {
            return HookResult.DECLINED;
        }
        for (Rule rule : rules.in(transaction.connection().config())) {
            if (rule.test().test(address)) {
                return rule.answer();
            }
        }
        return HookResult.DECLINED;
    }
}
