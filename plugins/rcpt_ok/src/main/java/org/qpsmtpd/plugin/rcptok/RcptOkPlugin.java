package org.qpsmtpd.plugin.rcptok;

import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Decides whether a recipient is ours. The last of the plugins that answer {@code rcpt}, as it
 * never declines.
 *
 * <p>{@code rcpt}: OK when the client may relay; when the domain is {@code me}, is listed in {@code
 * rcpthosts}, is below an entry of it that begins with a dot, or is a key of {@code
 * morercpthosts.cdb}; and for {@code postmaster} and {@code abuse} without domain. DENY otherwise.
 * Domains are compared as {@link Hosts#comparable} says; a key of the map may be in A-labels or in
 * U-labels. A whitelisted host or sender is treated as any other: whitelists switch filters off and
 * open no relay.
 *
 * <p>Faults: a file that is missing lists nothing; a line that is no domain is logged with its
 * place and lists nothing.
 *
 * <p>Source: qpsmtpd {@code plugins/rcpt_ok} @ df5b04d, RFC 5321 sections 3.6.2 and 4.5.1.
 */
@Component(configurationPid = "rcpt_ok", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(
        name = "rcpt_ok",
        decides = "rcpt",
        files = {"rcpthosts", "morercpthosts"})
@NonBlocking
public final class RcptOkPlugin implements RcptHook, FileCheck {
    private static final HookResult RELAY_CLIENT = HookResult.OK.because("pass: relay client");
    private static final HookResult NO_HOST =
            HookResult.OK.because("pass: postmaster or abuse without domain");
    private static final HookResult ME = HookResult.OK.because("pass: domain is me");
    private static final HookResult LISTED = HookResult.OK.because("pass: domain in rcpthosts");
    private static final HookResult LISTED_MORE =
            HookResult.OK.because("pass: domain in morercpthosts");
    private static final HookResult DENIED = DsnStatus.RELAYING_DENIED.result();

    private final ConfigView<DomainList> rcptHosts = DomainList.view("rcpthosts");
    private final ConfigView<String> me =
            new ConfigView<>(
                    "me", lines -> lines.isEmpty() ? "" : Hosts.comparable(lines.get(0).text()));

    /** Makes the plugin; it has no settings. */
    @Activate
    public RcptOkPlugin() {}

    @Override
    public void checkLine(String file, String line) {
        var unused = DomainList.parse(line);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (transaction.connection().isRelayClient()) {
            return RELAY_CLIENT;
        }
        Address address = recipient.address();
        if (address.host().isEmpty()) {
            return isRoleOfThisServer(address.user())
                    ? NO_HOST
                    : DENIED.because("fail: recipient without domain");
        }
        return decide(transaction.connection().config(), address.comparableHost());
    }

    private HookResult decide(Config config, String host) {
        if (host.equals(me.in(config))) {
            return ME;
        }
        if (rcptHosts.in(config).contains(host)) {
            return LISTED;
        }
        if (Hosts.anySpelling(host, key -> config.map("morercpthosts", key).isPresent())) {
            return LISTED_MORE;
        }
        return DENIED.because("fail: " + host + " in neither rcpthosts nor morercpthosts");
    }

    /** RFC 5321 4.5.1 demands it for postmaster. */
    private static boolean isRoleOfThisServer(String user) {
        return switch (user.toLowerCase(Locale.ROOT)) {
            case "postmaster", "abuse" -> true;
            default -> false;
        };
    }
}
