package org.qpsmtpd.plugin.whitelist;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Leaves filters aside for hosts, greetings, senders and recipients that are listed. Says nothing
 * about which recipients are ours.
 *
 * <p>{@code connect}, {@code helo}, {@code ehlo}, {@code mail}: OK for one that is listed, so that
 * no plugin behind is asked at this hook; a listed host or sender is immune from then on. {@code
 * rcpt}: never OK; counts listed recipients in the note {@code whitelistrcpt}.
 *
 * <p>Faults: a line that cannot be read is logged with its place and left out.
 *
 * <p>Source: qpsmtpd {@code plugins/whitelist @ df5b04d}.
 */
@Component(configurationPid = "whitelist", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WhitelistConfig.class, factory = true)
@Plugin(
        name = "whitelist",
        files = {"whitelisthosts", "whitelisthelo", "whitelistsenders", "whitelistrcpt"},
        formerly = "whitelist_soft",
        accepts = "nothing",
        before = "rcpt_ok")
@NonBlocking
public final class WhitelistPlugin
        implements ConnectHook, HeloHook, EhloHook, MailHook, RcptHook, FileCheck {
    private static final NoteKey<String> HELO = new NoteKey<>("whitelisthelo", String.class);
    private static final String VARIABLE = "WHITELISTCLIENT";
    private static final int KARMA = 5;

    private final ConfigView<NetworkList> hosts = NetworkList.view("whitelisthosts");
    private final ConfigView<Set<String>> hellos =
            new ConfigView<>(
                    "whitelisthelo",
                    lines -> {
                        Set<String> names = new HashSet<>();
                        lines.forEach(line -> names.add(line.text().toLowerCase(Locale.ROOT)));
                        return names;
                    });
    private final ConfigView<AddressList> senders = AddressList.view("whitelistsenders");
    private final ConfigView<AddressList> recipients = AddressList.view("whitelistrcpt");

    private final boolean perRecipient;
    private final boolean merges;
    private final Optional<String> variable;

    /** Makes the plugin. */
    @Activate
    public WhitelistPlugin(WhitelistConfig config) {
        this(config, System.getenv());
    }

    WhitelistPlugin(WhitelistConfig config, Map<String, String> environment) {
        perRecipient = config.per__recipient();
        merges = config.merge();
        variable = Optional.ofNullable(environment.get(VARIABLE));
    }

    @Override
    public void checkLine(String file, String line) {
        switch (file) {
            case "whitelisthosts" -> NetworkList.parse(line);
            case "whitelistsenders", "whitelistrcpt" -> AddressList.parse(line);
            default -> {
                // a greeting may be any word
            }
        }
    }

    @Override
    public HookResult onConnect(Connection connection) {
        Optional<String> told =
                connection.notes().get(NoteKey.WHITELIST_BY_SUPER_SERVER).or(() -> variable);
        if (told.isPresent()) {
            connection.notes().put(NoteKey.WHITELIST_BY_SUPER_SERVER, told.get());
            connection.notes().put(NoteKey.WHITELIST_HOST, VARIABLE);
            return HookResult.OK.because("pass: " + VARIABLE + " is set").withKarma(KARMA);
        }
        if (perRecipient || !isHostIn(connection, connection.config())) {
            return HookResult.DECLINED;
        }
        connection.notes().put(NoteKey.WHITELIST_HOST, "whitelisthosts");
        return HookResult.OK.because("pass: host is in whitelisthosts").withKarma(KARMA);
    }

    private boolean isHostIn(Connection connection, Config config) {
        return hosts.in(config).contains(connection.remoteAddress());
    }

    @Override
    public HookResult onHelo(Connection connection, String host) {
        return greeting(connection, host);
    }

    @Override
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return greeting(connection, host);
    }

    private HookResult greeting(Connection connection, String host) {
        if (perRecipient || !isHelloIn(host, connection.config())) {
            connection.notes().remove(HELO);
            return HookResult.DECLINED;
        }
        connection.notes().put(HELO, host);
        return HookResult.OK.because("pass: " + host + " is in whitelisthelo");
    }

    private boolean isHelloIn(String host, Config config) {
        return hellos.in(config).contains(host.toLowerCase(Locale.ROOT));
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Config config = transaction.connection().config();
        if (perRecipient || !senders.in(config).contains(sender)) {
            return HookResult.DECLINED;
        }
        transaction.notes().put(NoteKey.WHITELIST_SENDER, "whitelistsenders");
        return HookResult.OK.because("pass: sender is in whitelistsenders");
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Config server = transaction.connection().config();
        Optional<String> list =
                perRecipient
                        ? listOf(transaction, recipient, recipient.config())
                                .or(() -> listOfServer(transaction, recipient, server))
                        : recipientList(recipient, server);
        if (list.isEmpty()) {
            return HookResult.DECLINED;
        }
        int before = transaction.notes().get(NoteKey.WHITELIST_RCPT).orElse(0);
        transaction.notes().put(NoteKey.WHITELIST_RCPT, before + 1);
        return HookResult.pass("recipient is whitelisted by " + list.get());
    }

    private Optional<String> recipientList(Recipient recipient, Config config) {
        return recipients.in(config).contains(recipient.address())
                ? Optional.of("whitelistrcpt")
                : Optional.empty();
    }

    private Optional<String> listOfServer(
            Transaction transaction, Recipient recipient, Config server) {
        return merges ? listOf(transaction, recipient, server) : Optional.empty();
    }

    /** The file of a recipient's configuration that lists this message. */
    private Optional<String> listOf(Transaction transaction, Recipient recipient, Config config) {
        Connection connection = transaction.connection();
        if (isHostIn(connection, config)) {
            return Optional.of("whitelisthosts");
        }
        if (isHelloIn(connection.helloHost(), config)) {
            return Optional.of("whitelisthelo");
        }
        if (senders.in(config).contains(transaction.sender())) {
            return Optional.of("whitelistsenders");
        }
        return recipientList(recipient, config);
    }
}
