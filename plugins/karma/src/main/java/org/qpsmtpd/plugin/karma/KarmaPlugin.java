package org.qpsmtpd.plugin.karma;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers how the clients of an address behaved, and keeps those away for a while that did not.
 *
 * <p>{@code pre-connection}: reads the client's record and sets the note {@code karma_history}.
 * {@code connect}: refuses a client with a penalty. {@code mail}, {@code rcpt}: takes karma for
 * sloppy arguments and for top level domains of the file {@code karma_tlds}; refuses a second
 * recipient of a client without good karma. {@code data}, {@code data_post}: refuses for very bad
 * karma. {@code disconnect}: counts the connection.
 *
 * <p>Faults: when the store does not answer nobody is refused, unless {@code on_error} is {@code
 * defer}; what a connection did is then not counted.
 *
 * <p>Source: qpsmtpd {@code plugins/karma @ df5b04d}.
 */
@Component(configurationPid = "karma", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = KarmaConfig.class, factory = true)
@Plugin(name = "karma", files = "karma_tlds", accepts = "nothing", before = "hosts_allow")
@NonBlocking
public final class KarmaPlugin
        implements PreConnectionHook,
                ConnectHook,
                MailHook,
                RcptHook,
                DataHook,
                DataPostHook,
                DisconnectHook,
                FileCheck,
                PluginCommand {
    private static final Logger LOG = LoggerFactory.getLogger(KarmaPlugin.class);
    private static final int GOOD_HISTORY = 10;
    private static final int VERY_BAD = -4;
    private static final int SLOPPY = -2;

    private static final HookResult IMMUNE = HookResult.skip("immune");
    private static final HookResult UNKNOWN =
            HookResult.denySoft("Your reputation cannot be looked up now, try again later");

    private final Store store;
    private final KarmaTool tool;
    private final Reject reject;
    private final boolean defers;
    private final int negative;
    private final int strikes;
    private final double penaltyDays;
    private final ConfigView<KarmaTlds> tlds = KarmaTlds.view();
    private final PluginState<Visit> visits = new PluginState<>(Visit::new);

    /** What is known of the client of a connection. */
    private static final class Visit {
        Known known = Known.NOTHING;
    }

    private enum OnError {
        SKIP,
        DEFER
    }

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public KarmaPlugin(KarmaConfig config, @Reference Stores stores, @Reference Resolver resolver) {
        store = stores.open("karma");
        tool = new KarmaTool(store, resolver, Instant::now);
        reject = Reject.of(config.reject(), config.reject__type(), Action.DENY_DISCONNECT);
        defers = Choice.of(OnError.class, "on_error", config.on__error()) == OnError.DEFER;
        negative = config.negative();
        strikes = config.strikes();
        penaltyDays = config.penalty__days();
        if (!config.db__dir().isEmpty()) {
            LOG.warn("option db_dir has no effect, config/store says where records are kept");
        }
        if (config.nfslock()) {
            LOG.warn("option nfslock has no effect, the store needs no locks");
        }
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = KarmaTlds.parse(line);
    }

    @Override
    public HookResult onPreConnection(Admission admission) {
        Connection connection = admission.connection();
        return HookResult.later(
                store.get(ClientKey.of(connection.remoteAddress()))
                        .thenApply(Known::of)
                        .exceptionally(Known::unknown),
                known -> remember(connection, known));
    }

    private HookResult remember(Connection connection, Known known) {
        if (!known.fault().isEmpty()) {
            return (defers ? UNKNOWN : HookResult.DECLINED).because("error: " + known.fault());
        }
        visits.of(connection).known = known;
        known.record()
                .filter(KarmaRecord::isJudged)
                .ifPresent(r -> connection.notes().put(NoteKey.KARMA_HISTORY, r.history()));
        return HookResult.DECLINED;
    }

    @Override
    public HookResult onConnect(Connection connection) {
        if (connection.isImmune()) {
            return IMMUNE;
        }
        Optional<KarmaRecord> known = visits.of(connection).known.record();
        if (known.isEmpty()) {
            return HookResult.pass("no record");
        }
        KarmaRecord record = known.get();
        double left = record.penaltyLeft(connection.clock().now(), penaltyDays);
        return left > 0 ? punish(connection, left) : welcome(record);
    }

    private static HookResult welcome(KarmaRecord record) {
        String counts =
                " ("
                        + record.naughty()
                        + " naughty, "
                        + record.nice()
                        + " nice, "
                        + record.connects()
                        + " connects)";
        String penalty = record.penalty() == 0 ? "no penalty" : "penalty expired";
        return HookResult.pass(penalty + counts).withKarma(record.history() > GOOD_HISTORY ? 1 : 0);
    }

    private HookResult punish(Connection connection, double left) {
        Instant now = connection.clock().now();
        update(connection, record -> record.connected(now), "");
        String days = String.format(Locale.ROOT, "%.2f", left);
        return reject.decide(
                "You were naughty. You cannot connect for " + days + " more days.",
                "penalty, " + days + " days left");
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Connection connection = transaction.connection();
        int sloppy = sloppiness(connection, NoteKey.ENVELOPE_FROM, "FROM:<");
        int domain = tlds.in(connection.config()).of(sender.comparableHost());
        if (sloppy == 0 && domain == 0) {
            return HookResult.DECLINED;
        }
        String format = sloppy == 0 ? "" : "illegal envelope address format";
        String why = domain == 0 ? format : join(format, "top level domain of the sender");
        return HookResult.pass(why + " (" + (sloppy + domain) + ")").withKarma(sloppy + domain);
    }

    private static String join(String first, String second) {
        return first.isEmpty() ? second : first + ", " + second;
    }

    /** What an argument costs that does not begin as it should; 0 for any other. */
    private static int sloppiness(Connection connection, NoteKey<String> note, String beginning) {
        return connection
                .notes()
                .get(note)
                .filter(text -> !text.regionMatches(true, 0, beginning, 0, beginning.length()))
                .map(text -> SLOPPY)
                .orElse(0);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Connection connection = transaction.connection();
        int sloppy = sloppiness(connection, NoteKey.ENVELOPE_RCPT, "TO:<");
        return oneMore(transaction, karma(connection) + sloppy).withKarma(sloppy);
    }

    private HookResult oneMore(Transaction transaction, int karma) {
        if (transaction.isImmune()) {
            return IMMUNE;
        }
        int history = transaction.connection().notes().get(NoteKey.KARMA_HISTORY).orElse(0);
        if (transaction.recipients().isEmpty() || history > 0 || karma > 0) {
            return HookResult.DECLINED;
        }
        String fault = "too many recipients for karma " + karma + " (h: " + history + ")";
        return reject.mode() == Reject.Mode.TOLERATE
                ? HookResult.DECLINED.because("fail, tolerated: " + fault)
                : HookResult.deny(fault, fault);
    }

    @Override
    public HookResult onData(Transaction transaction) {
        return judge(transaction);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        return judge(transaction);
    }

    private HookResult judge(Transaction transaction) {
        Connection connection = transaction.connection();
        int karma = karma(connection);
        if (karma >= VERY_BAD || transaction.isImmune() || connection.naughty().isPresent()) {
            return HookResult.DECLINED;
        }
        return reject.decide("very bad karma: " + karma);
    }

    private static int karma(Connection connection) {
        return connection.notes().get(NoteKey.KARMA).orElse(0);
    }

    @Override
    public void onDisconnect(Connection connection) {
        int karma = karma(connection);
        Instant now = connection.clock().now();
        if (karma <= -strikes) {
            update(
                    connection,
                    record -> record.naughtier(now, negative).connected(now),
                    "negative (msg: " + karma + ")");
        } else if (karma >= strikes) {
            update(
                    connection,
                    record -> record.nicer().connected(now),
                    "positive (msg: " + karma + ")");
        } else if (karma != 0) {
            update(connection, record -> record.connected(now), "neutral (msg: " + karma + ")");
        }
    }

    private interface Change {
        KarmaRecord of(KarmaRecord record);
    }

    /** Nobody waits for it: the client is gone, or is told its penalty in any case. */
    private void update(Connection connection, Change change, String summary) {
        Instant now = connection.clock().now();
        store.update(
                        ClientKey.of(connection.remoteAddress()),
                        stored -> Optional.of(changed(stored, change, now)))
                .thenApply(Known::of)
                .exceptionally(Known::unknown)
                .thenAcceptAsync(
                        known -> report(connection.remoteIp(), summary, known),
                        connection.carrying(Runnable::run));
    }

    private static StoredValue changed(Optional<StoredValue> stored, Change change, Instant now) {
        return change.of(KarmaRecord.of(stored)).stored(now);
    }

    private static void report(String ip, String summary, Known known) {
        if (!known.fault().isEmpty()) {
            LOG.debug("a connection of {} is not counted: {}", ip, known.fault());
        } else if (!summary.isEmpty()) {
            int history = known.record().orElse(KarmaRecord.NONE).history();
            LOG.info("{}, history {}", summary, history);
        }
    }

    @Override
    public String command() {
        return "karma";
    }

    @Override
    public List<String> usage() {
        return KarmaTool.USAGE;
    }

    @Override
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        return tool.run(words, out);
    }
}
