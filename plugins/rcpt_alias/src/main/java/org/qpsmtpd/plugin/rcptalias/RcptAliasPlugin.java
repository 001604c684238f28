package org.qpsmtpd.plugin.rcptalias;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Delivers to others instead of recipients that the file {@code aliases} names.
 *
 * <p>{@code rcpt}: marks a recipient that is an alias, and leaves it to the plugins behind whether
 * it is accepted. {@code data}, and {@code queue_pre} when an answer of another plugin hid that:
 * puts those in its place that it stands for.
 *
 * <p>Faults: an alias that stands for too many is deferred; a line that cannot be read is logged
 * with its place and left out.
 */
@Component(configurationPid = "rcpt_alias", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptAliasConfig.class, factory = true)
@Plugin(
        name = "rcpt_alias",
        files = "aliases",
        accepts = "nothing",
        before = {"rcpt_list", "qmail_deliverable", "rcpt_ok"})
@NonBlocking
public final class RcptAliasPlugin implements RcptHook, DataHook, QueuePreHook, FileCheck {
    private static final int SHOWN = 5;

    /** No message has more recipients when its aliases have been followed. */
    private static final int MOST_OF_A_MESSAGE = 1000;

    private static final HookResult TOO_LARGE =
            DsnStatus.MBOX_LIST_EXPANSION_PROBLEM
                    .result()
                    .because("error: the alias stands for too many");

    private final String extensions;
    private final int most;
    private final ConfigView<Aliases> aliases = Aliases.view();
    private final ConfigView<DomainList> rcptHosts = DomainList.view("rcpthosts");
    private final ConfigView<String> me =
            new ConfigView<>(
                    "me", lines -> lines.isEmpty() ? "" : Hosts.comparable(lines.get(0).text()));

    /** Makes the plugin. */
    @Activate
    public RcptAliasPlugin(RcptAliasConfig config) {
        extensions = config.extn();
        most = config.most();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Aliases.parse(line);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Config config = transaction.connection().config();
        Address address = recipient.address();
        Optional<List<Address>> others = expand(config, address);
        if (others.isEmpty()) {
            return TOO_LARGE;
        }
        if (others.get().equals(List.of(address))) {
            return HookResult.DECLINED;
        }
        String shown =
                others.get().stream()
                        .limit(SHOWN)
                        .map(Address::address)
                        .collect(Collectors.joining(", "));
        recipient.notes().put(NoteKey.ALIAS, shown);
        return HookResult.pass("alias for " + shown);
    }

    private Optional<List<Address>> expand(Config config, Address address) {
        Aliases all = aliases.in(config);
        return Expansion.of(address, one -> all.of(one, isOurs(config, one), extensions), most);
    }

    private boolean isOurs(Config config, Address address) {
        String host = address.comparableHost();
        return host.isEmpty() || host.equals(me.in(config)) || rcptHosts.in(config).contains(host);
    }

    @Override
    public HookResult onData(Transaction transaction) {
        return replace(transaction);
    }

    @Override
    public HookResult onQueuePre(Transaction transaction) {
        return replace(transaction);
    }

    private HookResult replace(Transaction transaction) {
        Config config = transaction.connection().config();
        List<Recipient> marked = new ArrayList<>();
        Map<Recipient, List<Address>> others = new HashMap<>();
        int size = transaction.recipients().size();
        for (Recipient one : transaction.recipients()) {
            Optional<List<Address>> instead =
                    one.notes().has(NoteKey.ALIAS)
                            ? expand(config, one.address())
                            : Optional.empty();
            if (instead.isPresent()) {
                marked.add(one);
                others.put(one, instead.get());
                size += instead.get().size();
            }
        }
        if (size > MOST_OF_A_MESSAGE) {
            return TOO_LARGE;
        }
        marked.forEach(transaction::removeRecipient);
        Set<String> there = new HashSet<>();
        transaction.recipients().forEach(one -> there.add(one.address().comparable()));
        for (Recipient one : marked) {
            add(transaction, one, others.getOrDefault(one, List.of()), there);
        }
        return HookResult.DECLINED;
    }

    private static void add(
            Transaction transaction, Recipient alias, List<Address> others, Set<String> there) {
        Parameters parameters = parameters(alias);
        String given = alias.address().address();
        for (Address other : others) {
            if (there.add(other.comparable())) {
                Recipient added = transaction.addRecipient(other, parameters);
                added.notes().put(NoteKey.INSTEAD_OF, given);
            }
        }
    }

    /** Reports go on naming the address that the client gave (RFC 3461 section 5.2.7). */
    private static Parameters parameters(Recipient alias) {
        Parameters given = alias.parameters();
        String address = alias.address().address();
        boolean isPlain = address.chars().allMatch(c -> c > ' ' && c < 127 && c != '+' && c != '=');
        if (given.has("orcpt") || !isPlain) {
            return given;
        }
        Map<String, String> values = new HashMap<>(given.values());
        values.put("orcpt", "rfc822;" + address);
        return new Parameters(values);
    }
}
