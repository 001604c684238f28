package org.qpsmtpd.plugin.mtahooks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptPostHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.http.HttpAnswer;
import org.qpsmtpd.http.HttpReader;

/**
 * Has a service that speaks MTA Hooks, which is HTTP with JSON, judge clients, senders, recipients
 * and messages, and change messages.
 *
 * <p>{@code connect}, {@code helo}, {@code ehlo}, {@code mail}, {@code rcpt_post}, {@code
 * data_post}: at the stages that are switched on, refuses or defers as the service says; {@code
 * data_post} carries out what it wants to be changed.
 *
 * <p>Settings: those of {@link MtaHooksConfig} and {@link PeerOptions}.
 *
 * <p>Faults: when the service does not answer in time, cannot be reached or gives an answer that is
 * none, the command or message is deferred, or goes on with {@code on_error skip}.
 *
 * <p>Source: MTA Hooks, version 1.
 */
@Component(configurationPid = "mta_hooks", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MtaHooksConfig.class, factory = true)
@Plugin(name = "mta_hooks", positional = "url", paths = "token_file")
public final class MtaHooksPlugin
        implements ConnectHook,
                HeloHook,
                EhloHook,
                MailHook,
                RcptPostHook,
                DataPostHook,
                PluginFigures {
    private static final String LATER =
            "The mail filter is not available, try again later (#4.7.1)";
    private static final Duration KEEP = Duration.ofSeconds(30);
    private static final int MOST_OF_A_COMMAND = 64 * 1024;

    private final Set<HookStage> stages;
    private final Question.Body contents;
    private final Larger larger;
    private final long sizeLimit;
    private final int mostOfAnswer;
    private final Question question;
    private final Scans scans;
    private final Judgement judgement;
    private final Peer peer;

    private enum Larger {
        HEAD,
        SKIP,
        DEFER
    }

    /** Checks the settings. */
    @Activate
    public MtaHooksPlugin(MtaHooksConfig config, PeerOptions options, @Reference Peers peers) {
        ServiceUrl url = ServiceUrl.parse(config.url());
        stages = HookStage.parse(config.stages());
        contents = Choice.of(Question.Body.class, "contents", config.contents());
        larger = Choice.of(Larger.class, "larger", config.larger());
        sizeLimit = config.max__size();
        mostOfAnswer = config.max__answer();
        scans = Scans.of(config.on__error(), LATER);
        question = new Question(url, Credentials.of(config));
        judgement = new Judgement(url.authority(), config.changes());
        PeerSettings settings = PeerSettings.of(List.of(url.address()), options).keeping(KEEP);
        peer = peers.open("mta_hooks " + url.authority(), settings);
    }

    @Override
    @NonBlocking
    public HookResult onConnect(Connection connection) {
        return ofClient(HookStage.CONNECT, connection, "");
    }

    @Override
    @NonBlocking
    public HookResult onHelo(Connection connection, String host) {
        return ofClient(HookStage.EHLO, connection, host);
    }

    @Override
    @NonBlocking
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return ofClient(HookStage.EHLO, connection, host);
    }

    private HookResult ofClient(HookStage stage, Connection connection, String helo) {
        if (!stages.contains(stage)) {
            return HookResult.DECLINED;
        }
        Outgoing asked = question.about(Facts.context(stage, connection, helo, null));
        return scans.answer(ask(asked, MOST_OF_A_COMMAND), said -> judgement.ofClient(stage, said));
    }

    @Override
    @NonBlocking
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return ofEnvelope(
                HookStage.MAIL, transaction, Facts.envelope(sender, parameters, List.of()));
    }

    @Override
    @NonBlocking
    public HookResult onRcptPost(Transaction transaction, Recipient recipient) {
        List<Recipient> all = new ArrayList<>(transaction.recipients());
        all.add(recipient);
        return ofEnvelope(HookStage.RCPT, transaction, envelope(transaction, all));
    }

    private static Map<String, Object> envelope(
            Transaction transaction, List<Recipient> recipients) {
        return Facts.envelope(transaction.sender(), transaction.mailParameters(), recipients);
    }

    private HookResult ofEnvelope(
            HookStage stage, Transaction transaction, Map<String, Object> envelope) {
        if (!stages.contains(stage) || judgement.isDiscarded(transaction)) {
            return HookResult.DECLINED;
        }
        Outgoing asked = question.about(context(stage, transaction), envelope);
        return scans.answer(
                ask(asked, MOST_OF_A_COMMAND),
                said -> judgement.ofEnvelope(stage, transaction, said));
    }

    private static Map<String, Object> context(HookStage stage, Transaction transaction) {
        Connection connection = transaction.connection();
        return Facts.context(stage, connection, connection.helloHost(), transaction);
    }

    /** Waits for the disk where the message or its new body is large. */
    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (judgement.isDiscarded(transaction)) {
            return judgement.discarded();
        }
        if (!stages.contains(HookStage.DATA)) {
            return HookResult.DECLINED;
        }
        long size = transaction.messageSize();
        boolean isLarge = size > sizeLimit;
        if (isLarge && larger != Larger.HEAD) {
            HookResult skipped = scans.tooLarge(size, sizeLimit);
            return larger == Larger.SKIP
                    ? skipped
                    : HookResult.denySoft(LATER, "too large for the service: " + size + " octets");
        }
        return ofMessage(transaction, isLarge ? Question.Body.NONE : contents);
    }

    private HookResult ofMessage(Transaction transaction, Question.Body body) {
        MessageEditor message = MessageEditor.of(transaction);
        Outgoing asked;
        try {
            asked =
                    question.about(
                            context(HookStage.DATA, transaction),
                            envelope(transaction, transaction.recipients()),
                            transaction,
                            message.header(),
                            body);
        } catch (IOException e) {
            return scans.failed(
                    new PeerFailure(PeerFailure.Kind.FAULT, "the message cannot be read: " + e));
        }
        return scans.answer(
                ask(asked, mostOfAnswer), said -> judgement.ofMessage(transaction, message, said));
    }

    private CompletionStage<HttpAnswer> ask(Outgoing asked, int most) {
        return peer.ask(Exchange.of(asked, HttpReader.upTo(most)));
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(peer.figures());
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
    }
}
