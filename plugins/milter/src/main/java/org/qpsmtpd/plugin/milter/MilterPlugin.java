package org.qpsmtpd.plugin.milter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptPostHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has a mail filter that speaks the milter protocol, versions 2 to 6, judge clients, senders,
 * recipients and messages, and change messages.
 *
 * <p>{@code connect}, {@code helo}, {@code ehlo}, {@code mail}, {@code rcpt}, {@code data}, {@code
 * unrecognized_command}, {@code data_post}: refuses or defers as the filter says; what it says of a
 * connection is answered at HELO or EHLO. {@code data_post} carries out what it wants to be
 * changed. {@code reset_transaction} and {@code disconnect} tell it of the end.
 *
 * <p>Settings: those of {@link MilterConfig} and {@link PeerOptions}.
 *
 * <p>Faults: when the filter does not answer in time, cannot be reached or breaks the protocol, the
 * command or message is deferred, or goes on with {@code on_error skip}. The next message is told
 * over a new connection.
 *
 * <p>Source: qpsmtpd {@code plugins/milter @ df5b04d}, the documentation of libmilter.
 */
@Component(configurationPid = "milter", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MilterConfig.class, factory = true)
@Plugin(
        name = "milter",
        positional = {"name", "port"})
public final class MilterPlugin
        implements ConnectHook,
                HeloHook,
                EhloHook,
                MailHook,
                RcptPostHook,
                DataHook,
                DataPostHook,
                UnrecognizedCommandHook,
                ResetTransactionHook,
                DisconnectHook,
                PluginFigures {
    private static final String UNTOLD = " was not told of the sender; see its line";
    private static final Duration HOOK = Duration.ofSeconds(50);
    private static final Duration MESSAGE = Duration.ofSeconds(280);
    private static final int LONGEST_NAME = 64;

    private final String daemonName;
    private final Peer peer;
    private final Answers answers;
    private final boolean keeps;
    private final Limits limits;
    private final Map<String, Dialogue> dialogues = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor files =
            new ThreadPoolExecutor(
                    1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), MilterPlugin::thread);

    /** Checks the settings. */
    @Activate
    public MilterPlugin(MilterConfig config, PeerOptions options, @Reference Peers peers) {
        String name = name(config.name());
        daemonName = config.daemon__name();
        answers = Answers.of(name, config.on__error());
        keeps = config.keepSeconds() > 0;
        limits =
                new Limits(
                        Duration.ofSeconds(config.commandSeconds()),
                        Duration.ofSeconds(config.contentSeconds()),
                        Duration.ofSeconds(config.endSeconds()),
                        HOOK,
                        MESSAGE,
                        config.max__body());
        PeerSettings settings =
                PeerSettings.of(Places.parse(config.port()), options)
                        .keeping(Duration.ofSeconds(config.keepSeconds()));
        files.allowCoreThreadTimeOut(true);
        peer = peers.open("milter " + name, settings);
    }

    private static String name(String given) {
        if (given.isEmpty() || given.length() > LONGEST_NAME || !given.matches("[!-~]+")) {
            throw new IllegalArgumentException(
                    "name '" + given + "' is not a word in ASCII of 64 characters at most");
        }
        return given;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "qpsmtpd-milter-files");
        thread.setDaemon(true);
        return thread;
    }

    private Dialogue of(Connection connection) {
        return dialogues.computeIfAbsent(connection.id(), id -> fresh());
    }

    private Dialogue fresh() {
        return new Dialogue(peer, limits, keeps);
    }

    private Facts facts(Connection connection) {
        return Facts.of(connection, daemonName);
    }

    @Override
    @NonBlocking
    public HookResult onConnect(Connection connection) {
        Dialogue dialogue = fresh();
        Dialogue former = dialogues.put(connection.id(), dialogue);
        if (former != null) {
            former.end(); // a proxy has said for whom it speaks
        }
        return answers.silent(dialogue.connect(facts(connection)));
    }

    @Override
    @NonBlocking
    public HookResult onHelo(Connection connection, String host) {
        return hello(connection, host);
    }

    @Override
    @NonBlocking
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return hello(connection, host);
    }

    private HookResult hello(Connection connection, String host) {
        Dialogue dialogue = of(connection);
        Ruling known = dialogue.ofConnection();
        if (known != null) {
            return answers.again(known);
        }
        if (dialogue.failure() != null) {
            dialogue.forgetFailure();
            return answers.unasked();
        }
        return answers.to(dialogue.hello(facts(connection), host));
    }

    @Override
    @NonBlocking
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Connection connection = transaction.connection();
        Dialogue dialogue = of(connection);
        Ruling known = dialogue.ofConnection();
        if (known != null) {
            return answers.again(known);
        }
        dialogue.reset();
        Facts facts = facts(connection);
        return answers.to(
                dialogue.mail(
                        facts,
                        facts.macros().with(transaction, sender),
                        Paths.octets(sender, parameters)));
    }

    @Override
    @NonBlocking
    public HookResult onRcptPost(Transaction transaction, Recipient recipient) {
        Macros macros = macros(transaction).with(recipient);
        byte[] data = Paths.octets(recipient.address(), recipient.parameters());
        return within(transaction, Stage.RCPT, macros, data);
    }

    @Override
    @NonBlocking
    public HookResult onData(Transaction transaction) {
        return within(transaction, Stage.DATA, macros(transaction), new byte[0]);
    }

    private Macros macros(Transaction transaction) {
        return Macros.of(transaction.connection(), daemonName)
                .with(transaction, transaction.sender());
    }

    private HookResult within(Transaction transaction, Stage stage, Macros macros, byte[] data) {
        Dialogue dialogue = of(transaction.connection());
        HookResult known = answers.known(dialogue);
        if (known != null) {
            return known;
        }
        return dialogue.isThere()
                ? answers.to(dialogue.tell(stage, macros, data))
                : HookResult.DECLINED;
    }

    @Override
    @NonBlocking
    public HookResult onUnrecognizedCommand(Connection connection, String verb, String argument) {
        Dialogue dialogue = of(connection);
        if (answers.known(dialogue) != null || !dialogue.isThere()) {
            return HookResult.DECLINED;
        }
        Macros macros = Macros.of(connection, daemonName);
        byte[] data = Packet.texts(argument.isEmpty() ? verb : verb + " " + argument);
        return answers.to(dialogue.tell(Stage.UNKNOWN, macros, data));
    }

    /** Waits for the disk when the filter replaces a large body. */
    @Override
    public HookResult onDataPost(Transaction transaction) {
        Dialogue dialogue = of(transaction.connection());
        Ruling ofMessage = dialogue.ofMessage();
        if (ofMessage != null && ofMessage.does() == Ruling.Does.DISCARD) {
            return ofMessage.discarded(answers.name());
        }
        HookResult known = answers.known(dialogue);
        if (known != null) {
            return known;
        }
        Macros macros = macros(transaction);
        return dialogue.isThere()
                ? EndOfData.of(transaction, dialogue, macros, files, answers).answer()
                : answers.failed(new PeerFailure(Kind.FAULT, answers.name() + UNTOLD));
    }

    @Override
    @NonBlocking
    public void onResetTransaction(Transaction transaction) {
        Dialogue dialogue = dialogues.get(transaction.connection().id());
        if (dialogue != null) {
            dialogue.reset();
        }
    }

    @Override
    @NonBlocking
    public void onDisconnect(Connection connection) {
        Dialogue dialogue = dialogues.remove(connection.id());
        if (dialogue != null) {
            dialogue.end();
        }
    }

    @Override
    public List<Figure> figures() {
        List<Figure> more = new ArrayList<>(peer.figures());
        more.add(Figure.gauge("dialogues", dialogues.size()));
        return answers.scans().figures(more);
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
        files.shutdown();
    }
}
