package org.qpsmtpd.plugin.milter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
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
import org.qpsmtpd.api.hook.RcptHook;
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
import org.qpsmtpd.api.scan.Scans;
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
        positional = {"name", "port"},
        before = "rcpt_ok",
        accepts = "nothing")
public final class MilterPlugin
        implements ConnectHook,
                HeloHook,
                EhloHook,
                MailHook,
                RcptHook,
                DataHook,
                DataPostHook,
                UnrecognizedCommandHook,
                ResetTransactionHook,
                DisconnectHook,
                PluginFigures {
    private static final String LATER =
            "The mail filter is not available, try again later (#4.7.1)";
    private static final String TAKEN = "Message accepted";
    private static final Duration HOOK = Duration.ofSeconds(50);
    private static final Duration MESSAGE = Duration.ofSeconds(280);
    private static final int LONGEST_NAME = 64;

    private final String name;
    private final String daemonName;
    private final Peer peer;
    private final Scans scans;
    private final boolean defers;
    private final boolean keeps;
    private final Limits limits;
    private final Map<String, Dialogue> dialogues = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor files =
            new ThreadPoolExecutor(
                    1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), MilterPlugin::thread);

    /** Checks the settings. */
    @Activate
    public MilterPlugin(MilterConfig config, PeerOptions options, @Reference Peers peers) {
        name = name(config.name());
        daemonName = config.daemon__name();
        scans = Scans.of(config.on__error(), LATER);
        defers = config.on__error().equalsIgnoreCase("defer");
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
        return answer(dialogue.connect(facts(connection)), this::connected);
    }

    /** What it says is told at HELO. */
    private HookResult connected(@Nullable Ruling ruling, @Nullable PeerFailure failure) {
        HookResult later = ruling == null ? failed(failure) : ruling.answer(name);
        return HookResult.DECLINED.because(later.reason());
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
            return again(known);
        }
        if (dialogue.failure() != null) {
            dialogue.forgetFailure();
            return unasked();
        }
        return answer(dialogue.hello(facts(connection), host));
    }

    @Override
    @NonBlocking
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Connection connection = transaction.connection();
        Dialogue dialogue = of(connection);
        Ruling known = dialogue.ofConnection();
        if (known != null) {
            return again(known);
        }
        dialogue.reset();
        Facts facts = facts(connection);
        return answer(
                dialogue.mail(
                        facts, facts.macros().with(transaction, sender), path(sender, parameters)));
    }

    /** An address and its parameters. */
    private static byte[] path(Address address, Parameters parameters) {
        List<String> texts = new ArrayList<>();
        texts.add(address.format());
        new TreeMap<>(parameters.values())
                .forEach(
                        (keyword, value) ->
                                texts.add(
                                        keyword.toUpperCase(java.util.Locale.ROOT)
                                                + (value.isEmpty() ? "" : "=" + value)));
        return Packet.texts(texts.toArray(String[]::new));
    }

    @Override
    @NonBlocking
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Macros macros = macros(transaction).with(recipient);
        byte[] data = path(recipient.address(), recipient.parameters());
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
        HookResult known = known(dialogue);
        if (known != null) {
            return known;
        }
        return dialogue.isThere()
                ? answer(dialogue.tell(stage, macros, data))
                : HookResult.DECLINED;
    }

    /** The answer that needs no question; null when the filter is to be asked. */
    private @Nullable HookResult known(Dialogue dialogue) {
        Ruling ofConnection = dialogue.ofConnection();
        if (ofConnection != null) {
            return again(ofConnection);
        }
        if (dialogue.ofMessage() != null) {
            return HookResult.DECLINED;
        }
        return dialogue.failure() == null ? null : unasked();
    }

    private HookResult again(Ruling ruling) {
        return ruling.does() == Ruling.Does.ACCEPT ? HookResult.DECLINED : ruling.answer(name);
    }

    @Override
    @NonBlocking
    public HookResult onUnrecognizedCommand(Connection connection, String verb, String argument) {
        Dialogue dialogue = of(connection);
        if (known(dialogue) != null || !dialogue.isThere()) {
            return HookResult.DECLINED;
        }
        Macros macros = Macros.of(connection, daemonName);
        byte[] data = Packet.texts(argument.isEmpty() ? verb : verb + " " + argument);
        return answer(dialogue.tell(Stage.UNKNOWN, macros, data));
    }

    /** Waits for the disk when the filter replaces a large body. */
    @Override
    public HookResult onDataPost(Transaction transaction) {
        Dialogue dialogue = of(transaction.connection());
        Ruling ofMessage = dialogue.ofMessage();
        if (ofMessage != null && ofMessage.does() == Ruling.Does.DISCARD) {
            return discarded(ofMessage);
        }
        HookResult known = known(dialogue);
        if (known != null) {
            return known;
        }
        if (!dialogue.isThere()) {
            return scans.failed(
                    new PeerFailure(
                            Kind.FAULT, name + " was not told of the sender; see its line"));
        }
        ShownHeader header = ShownHeader.of(transaction);
        Message message =
                dialogue.message(macros(transaction), header.octets(), transaction.body(), files);
        Editor editor = new Editor(transaction, header);
        return HookResult.later(
                held(dialogue.of(message.tell())),
                told -> goOn(transaction, dialogue, message, editor, told));
    }

    /** A stage that does not fail, so that its failure is answered later. */
    private static CompletionStage<CompletionStage<Message.Outcome>> held(
            CompletionStage<Message.Outcome> told) {
        return told.handle((outcome, failure) -> told);
    }

    private HookResult goOn(
            Transaction transaction,
            Dialogue dialogue,
            Message message,
            Editor editor,
            CompletionStage<Message.Outcome> told) {
        CompletableFuture<Message.Outcome> now = told.toCompletableFuture();
        boolean wantsFile = !now.isCompletedExceptionally() && now.join().ruling() == null;
        if (!wantsFile) {
            return scans.answer(told, outcome -> judge(transaction, message, editor, outcome));
        }
        try {
            message.newBody().setFile(transaction.temporaryFile());
        } catch (java.io.IOException e) {
            dialogue.reset();
            String why = "no file for the new body: " + e.getMessage();
            return scans.failed(new PeerFailure(Kind.FAULT, why));
        }
        return scans.answer(
                dialogue.of(message.resume()),
                outcome -> judge(transaction, message, editor, outcome));
    }

    private HookResult judge(
            Transaction transaction, Message message, Editor editor, Message.Outcome outcome) {
        Ruling ruling = java.util.Objects.requireNonNull(outcome.ruling(), "a ruling");
        switch (ruling.does()) {
            case REFUSE, DEFER, CLOSE -> {
                return ruling.answer(name);
            }
            case DISCARD -> {
                return discarded(ruling);
            }
            case CONTINUE, SKIP, ACCEPT -> editor.apply(message.changes(), message.newBody());
        }
        boolean isForNobody =
                transaction.recipients().isEmpty() && transaction.settledRecipients().isEmpty();
        return isForNobody ? discarded(ruling) : HookResult.pass(summary(message));
    }

    private String summary(Message message) {
        int changes = message.changes().size();
        return name
                + " accepts, "
                + (changes == 0 ? "no" : Integer.toString(changes))
                + (changes == 1 ? " change" : " changes")
                + (message.newBody().isThere() ? " and a new body" : "");
    }

    private HookResult discarded(Ruling ruling) {
        return HookResult.done(250, TAKEN)
                .because("pass: " + name + " discards the message at " + ruling.stage().phase);
    }

    private HookResult answer(CompletionStage<Ruling> told) {
        return answer(
                told, (ruling, failure) -> ruling == null ? failed(failure) : ruling.answer(name));
    }

    private static HookResult answer(
            CompletionStage<Ruling> told,
            BiFunction<@Nullable Ruling, @Nullable PeerFailure, HookResult> function) {
        return HookResult.later(
                told.handle(
                        (ruling, failure) ->
                                function.apply(
                                        ruling, failure == null ? null : PeerFailure.of(failure))));
    }

    private HookResult failed(@Nullable PeerFailure failure) {
        return scans.failed(java.util.Objects.requireNonNull(failure, "a failure"));
    }

    /** The answer to what comes behind a failure. */
    private HookResult unasked() {
        return defers ? HookResult.denySoft(LATER) : HookResult.skip(name + " is not available");
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
        return scans.figures(more);
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
        files.shutdown();
    }
}
