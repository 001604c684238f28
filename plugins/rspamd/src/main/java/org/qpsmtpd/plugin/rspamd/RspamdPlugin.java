package org.qpsmtpd.plugin.rspamd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has rspamd tell what is spam.
 *
 * <p>{@code data_post}: does with a message what the settings say for rspamd's action, for all
 * recipients or for each; makes the changes and puts on the signatures that rspamd gives. Leaves
 * immune clients and senders alone.
 *
 * <p>Settings: those of {@link RspamdConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a message that rspamd does not judge in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: rspamd 3.4, its HTTP protocol.
 */
@Component(configurationPid = "rspamd", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RspamdConfig.class, factory = true)
@Plugin(name = "rspamd", files = "rspamd_settings")
@NonBlocking
public final class RspamdPlugin implements DataPostHook, PluginFigures {
    private static final String LATER = "Unable to scan for spam, try again later (#4.3.0)";
    private static final String SETTINGS = "rspamd_settings";
    private static final Duration KEEP = Duration.ofSeconds(30);
    private static final int RSPAMD_PORT = 11_333;
    private static final int MOST_SCANS = 50;

    private final Peer peer;
    private final Rspamd rspamd;
    private final Scans scans;
    private final Judgement judgement;
    private final String settingsId;
    private final boolean isPerRecipient;
    private final boolean scansRelayClients;
    private final long sizeLimit;

    private enum RelayClients {
        SKIP,
        SCAN
    }

    /** Checks the settings. */
    @Activate
    public RspamdPlugin(RspamdConfig config, PeerOptions options, @Reference Peers peers) {
        settingsId = config.settings__id();
        isPerRecipient = config.per__recipient();
        sizeLimit = config.size__limit();
        scansRelayClients =
                Choice.of(RelayClients.class, "relayclient", config.relayclient())
                        == RelayClients.SCAN;
        scans = Scans.of(config.on__error(), LATER);
        judgement = new Judgement(config);
        List<PeerAddress> backends =
                PeerAddress.parseAll("rspamd_socket", config.rspamd__socket(), RSPAMD_PORT);
        peer = peers.open("rspamd", PeerSettings.of(backends, options).keeping(KEEP));
        rspamd = new Rspamd(peer, config.pass__all());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (isImmune(transaction)) {
            return HookResult.IMMUNE;
        }
        Outgoing message = Outgoing.message(transaction);
        if (message.size() > sizeLimit) {
            return scans.tooLarge(message.size(), sizeLimit);
        }
        List<Scan> all = new ArrayList<>();
        groups(transaction.recipients())
                .forEach(
                        (key, whose) ->
                                all.add(
                                        new Scan(
                                                whose,
                                                rspamd.ask(
                                                        transaction,
                                                        whose,
                                                        key.settings,
                                                        message))));
        CompletableFuture<Void> answered =
                CompletableFuture.allOf(
                        all.stream()
                                .map(scan -> scan.answer().toCompletableFuture())
                                .toArray(CompletableFuture<?>[]::new));
        return scans.answer(
                answered.thenApply(nothing -> all), found -> judgement.of(transaction, found));
    }

    private boolean isImmune(Transaction transaction) {
        return scansRelayClients
                ? transaction.connection().notes().has(NoteKey.WHITELIST_HOST)
                        || transaction.notes().has(NoteKey.WHITELIST_SENDER)
                : transaction.isImmune();
    }

    /**
     * What sets recipients apart.
     *
     * @param settings id of the settings
     * @param address empty where the settings alone count
     */
    private record Group(String settings, String address) {}

    /** For whom the message is scanned; for all at once where that would be too often. */
    private Map<Group, List<Recipient>> groups(List<Recipient> recipients) {
        Map<Group, List<Recipient>> groups = new LinkedHashMap<>();
        for (Recipient recipient : recipients) {
            String settings = recipient.config().value(SETTINGS).orElse(settingsId);
            String address = isPerRecipient ? recipient.address().comparable() : "";
            groups.computeIfAbsent(new Group(settings, address), key -> new ArrayList<>())
                    .add(recipient);
        }
        return groups.isEmpty() || groups.size() > MOST_SCANS
                ? Map.of(new Group(settingsId, ""), recipients)
                : groups;
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
