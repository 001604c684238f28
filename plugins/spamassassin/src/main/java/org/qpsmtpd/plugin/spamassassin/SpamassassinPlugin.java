package org.qpsmtpd.plugin.spamassassin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
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
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.SpamStatus;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has SpamAssassin tell what is spam.
 *
 * <p>{@code data_post}: refuses a message from a score on, for all recipients or for each; puts
 * SpamAssassin's fields into the header, and a prefix before the subject. Leaves immune clients and
 * senders alone. The note {@code spamassassin} of the transaction has the verdict.
 *
 * <p>Settings: those of {@link SpamassassinConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a message that spamd does not take apart in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/spamassassin @ df5b04d}, SpamAssassin's {@code spamd/PROTOCOL}.
 */
@Component(configurationPid = "spamassassin", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SpamassassinConfig.class, factory = true)
@Plugin(name = "spamassassin", files = "subject_prefix")
@NonBlocking
public final class SpamassassinPlugin implements DataPostHook, PluginFigures {
    private static final String REFUSAL = "spam score exceeded threshold";
    private static final String LATER = "Unable to scan for spam, try again later (#4.3.0)";
    private static final String USUAL_PREFIX = "*** SPAM ***";
    private static final String OF_RECIPIENT = "vpopmail";
    private static final int SPAMD_PORT = 783;
    private static final int MOST_SCANS = 50;

    private final Peer peer;
    private final Spamd spamd;
    private final Scans scans;
    private final Threshold reject;
    private final Action rejectType;
    private final Threshold subject;
    private final SpamFields fields;
    private final boolean hasFields;
    private final boolean scansRelayClients;
    private final String user;
    private final String prefix;
    private final long sizeLimit;
    private final boolean isPerRecipient;

    private enum FieldsWanted {
        ALL,
        NONE
    }

    private enum RelayClients {
        SKIP,
        SCAN
    }

    /** Checks the settings. */
    @Activate
    public SpamassassinPlugin(
            SpamassassinConfig config, PeerOptions options, @Reference Peers peers) {
        prefix = config.subject__prefix();
        sizeLimit = config.size__limit();
        isPerRecipient = config.per__recipient();
        String limit = config.reject().isEmpty() ? config.reject__threshold() : config.reject();
        reject = Threshold.ofReject("reject", limit);
        rejectType = Reject.parseType(config.reject__type(), Action.DENY);
        subject = Threshold.of("munge_subject_threshold", config.munge__subject__threshold());
        fields =
                new SpamFields(
                        Choice.of(
                                SpamFields.OldFields.class,
                                "leave_old_headers",
                                config.leave__old__headers()));
        hasFields = Choice.of(FieldsWanted.class, "headers", config.headers()) == FieldsWanted.ALL;
        scansRelayClients =
                Choice.of(RelayClients.class, "relayclient", config.relayclient())
                        == RelayClients.SCAN;
        user = user(config.spamd__user());
        scans = Scans.of(config.on__error(), LATER);
        List<PeerAddress> backends =
                PeerAddress.parseAll("spamd_socket", config.spamd__socket(), SPAMD_PORT);
        peer = peers.open("spamd", PeerSettings.of(backends, options));
        spamd = new Spamd(peer);
    }

    private static String user(String given) {
        String user = given.isEmpty() ? System.getProperty("user.name", "nobody") : given;
        if (!Spamd.isUser(user)) {
            throw new IllegalArgumentException(
                    "spamd_user '" + user + "' is not a name in ASCII without blanks");
        }
        return user;
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (isImmune(transaction)) {
            return HookResult.IMMUNE;
        }
        Outgoing content = Spamd.content(transaction);
        if (content.size() > sizeLimit) {
            return scans.tooLarge(content.size(), sizeLimit);
        }
        Map<String, List<Recipient>> users = users(transaction.recipients());
        List<Scan> all = new ArrayList<>();
        users.forEach((name, whose) -> all.add(new Scan(name, whose, spamd.ask(name, content))));
        CompletableFuture<Void> answered =
                CompletableFuture.allOf(
                        all.stream()
                                .map(scan -> scan.answer.toCompletableFuture())
                                .toArray(CompletableFuture<?>[]::new));
        return scans.answer(answered.thenApply(nothing -> all), found -> judge(transaction, found));
    }

    /** A message as one user sees it. */
    private record Scan(
            String user, List<Recipient> recipients, CompletionStage<SpamdAnswer> answer) {
        SpamdAnswer found() {
            return answer.toCompletableFuture().join();
        }

        SpamStatus status() {
            return found().status();
        }
    }

    private boolean isImmune(Transaction transaction) {
        return scansRelayClients
                ? transaction.connection().notes().has(NoteKey.WHITELIST_HOST)
                        || transaction.notes().has(NoteKey.WHITELIST_SENDER)
                : transaction.isImmune();
    }

    /** Who has the message scanned for whom. */
    private Map<String, List<Recipient>> users(List<Recipient> recipients) {
        boolean isEach = isPerRecipient || recipients.size() == 1;
        boolean byRecipient = isPerRecipient || user.equals(OF_RECIPIENT);
        Map<String, List<Recipient>> users = new LinkedHashMap<>();
        if (isEach && byRecipient) {
            for (Recipient recipient : recipients) {
                String name = recipient.address().comparable();
                users.computeIfAbsent(Spamd.isUser(name) ? name : user, n -> new ArrayList<>())
                        .add(recipient);
            }
        }
        return users.isEmpty() || users.size() > MOST_SCANS ? Map.of(user, recipients) : users;
    }

    private HookResult judge(Transaction transaction, List<Scan> all) {
        List<Scan> refusing = all.stream().filter(scan -> exceeds(scan.status())).toList();
        boolean isRefused = refusing.size() == all.size();
        Scan worst =
                worst(isRefused ? all : all.stream().filter(s -> !refusing.contains(s)).toList());
        SpamStatus status = worst.status();
        transaction.notes().put(NoteKey.SPAMASSASSIN, status);
        if (!isRefused) {
            refusing.forEach(this::settle);
            change(transaction, worst);
        }
        return answer(status, isRefused).withKarma(karma(status));
    }

    private boolean exceeds(SpamStatus status) {
        return status.score() >= reject.of(status);
    }

    private static Scan worst(List<Scan> scans) {
        Scan worst = scans.get(0);
        for (Scan scan : scans) {
            worst = scan.status().score() > worst.status().score() ? scan : worst;
        }
        return worst;
    }

    private void settle(Scan scan) {
        HookResult verdict =
                HookResult.of(rejectType.isTemporary() ? Action.DENYSOFT : Action.DENY, REFUSAL);
        scan.recipients.forEach(recipient -> recipient.settle(verdict));
    }

    private void change(Transaction transaction, Scan scan) {
        SpamStatus status = scan.status();
        if (hasFields) {
            int recipients = transaction.recipients().size();
            fields.put(transaction.headers(), scan.found().fields(), scan.user, recipients);
        }
        if (status.score() > subject.score() && status.score() > status.required()) {
            SpamFields.markSubject(transaction.headers(), prefix(transaction));
        }
    }

    private String prefix(Transaction transaction) {
        return prefix.isEmpty()
                ? transaction.connection().config().value("subject_prefix").orElse(USUAL_PREFIX)
                : prefix;
    }

    private static int karma(SpamStatus status) {
        int learned =
                switch (status.autolearn()) {
                    case "ham" -> 1;
                    case "spam" -> -1;
                    default -> 0;
                };
        return learned - (status.isSpam() ? 1 : 0);
    }

    private HookResult answer(SpamStatus status, boolean isRefused) {
        String learned = status.autolearn().isEmpty() ? "" : ", learn=" + status.autolearn();
        String score = String.format(Locale.ROOT, "%.1f", status.score());
        String found = (status.isSpam() ? "Spam, " : "Ham, ") + score;
        if (isRefused) {
            return HookResult.of(rejectType, REFUSAL)
                    .because("fail: " + found + compared(status, ">=") + learned);
        }
        String compared = reject.isNever() ? ", reject disabled" : compared(status, "<");
        return status.isSpam()
                ? HookResult.DECLINED.because("fail, tolerated: " + found + compared + learned)
                : HookResult.pass(found + compared + learned);
    }

    private String compared(SpamStatus status, String sign) {
        return String.format(Locale.ROOT, " %s %.1f", sign, reject.of(status));
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
