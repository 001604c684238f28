package org.qpsmtpd.plugin.bcc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Sends copies of messages to further recipients.
 *
 * <p>{@code queue_pre}: adds those of the options, and those of the file {@code bcc} for sender and
 * recipients. {@code data_post}: with {@code mode cc} says so in a header field.
 *
 * <p>Faults: a line that cannot be read is logged with its place and left out.
 */
@Component(configurationPid = "bcc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BccConfig.class, factory = true)
@Plugin(name = "bcc", files = "bcc")
@NonBlocking
public final class BccPlugin implements DataPostHook, QueuePreHook, FileCheck {
    private static final String FIELD = "X-Copied-To";

    /** A report about a copy would tell the sender that there is one. */
    private static final Parameters SILENT = new Parameters(Map.of("notify", "NEVER"));

    private final boolean visible;
    private final List<String> all;
    private final List<String> incoming;
    private final List<String> outgoing;
    private final ConfigView<CopyRules> rules = CopyRules.view();
    private final PluginState<Copies> copies = new PluginState<>(Copies::new);

    private enum Mode {
        BCC,
        CC
    }

    /** Which copies of a transaction have been made. */
    private static final class Copies {
        boolean made;
    }

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public BccPlugin(BccConfig config) {
        visible = Choice.of(Mode.class, "mode", config.mode()) == Mode.CC;
        all = targets(config.all());
        incoming = targets(config.incoming());
        outgoing = targets(config.outgoing());
    }

    private static List<String> targets(String[] texts) {
        return Stream.of(texts).map(text -> CopyRules.target(text.strip())).toList();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = CopyRules.parse(line);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (visible) {
            for (Address copy : wanted(transaction)) {
                transaction.headers().append(FIELD, copy.address());
            }
        }
        return HookResult.DECLINED;
    }

    @Override
    public HookResult onQueuePre(Transaction transaction) {
        Copies done = copies.of(transaction);
        if (done.made || transaction.recipients().isEmpty()) {
            return HookResult.DECLINED;
        }
        done.made = true;
        List<Address> wanted = wanted(transaction);
        wanted.forEach(copy -> transaction.addRecipient(copy, SILENT));
        return wanted.isEmpty() ? HookResult.DECLINED : HookResult.pass(wanted.size() + " copies");
    }

    /** Who is to get a copy and is no recipient. */
    private List<Address> wanted(Transaction transaction) {
        Config config = transaction.connection().config();
        CopyRules file = rules.in(config);
        List<String> texts = new ArrayList<>(all);
        texts.addAll(transaction.connection().isRelayClient() ? outgoing : incoming);
        texts.addAll(file.from(transaction.sender()));
        Set<String> there = new HashSet<>();
        for (Recipient one : transaction.recipients()) {
            there.add(one.address().comparable());
            texts.addAll(file.to(one.address()));
        }
        List<Address> wanted = new ArrayList<>();
        for (String text : texts) {
            Address copy = address(text, config);
            if (there.add(copy.comparable())) {
                wanted.add(copy);
            }
        }
        return wanted;
    }

    private static Address address(String text, Config config) {
        return text.indexOf('@') >= 0
                ? Address.of(text)
                : new Address(text, config.value("me").orElseGet(HostName::ofThisMachine));
    }
}
