package org.qpsmtpd.plugin.limit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Limits how much a client may do within a time, by the file {@code limits}.
 *
 * <p>{@code connect}, {@code mail}, {@code rcpt}, {@code data_post}: counts, and DENYSOFT above a
 * limit. {@code deny}, {@code unrecognized_command}: count errors, because of which {@code
 * connect}, {@code mail} and {@code rcpt} refuse.
 *
 * <p>Faults: when the store does not answer mail passes, unless {@code on_error} is {@code defer}.
 * A line that cannot be read is logged with its place and left out.
 */
@Component(configurationPid = "limit", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LimitConfig.class, factory = true)
@Plugin(name = "limit", files = "limits", accepts = "nothing", before = "rcpt_ok")
@NonBlocking
public final class LimitPlugin
        implements ConnectHook,
                MailHook,
                RcptHook,
                DataPostHook,
                DenyHook,
                UnrecognizedCommandHook,
                FileCheck,
                PluginFigures {
    private static final int LATER = 451;

    private static final HookResult EXEMPT = HookResult.skip("exempt");
    private static final HookResult UNKNOWN =
            HookResult.denySoft("limits cannot be checked now, try again later (#4.3.0)");

    private final Counters counters;
    private final boolean defers;
    private final ConfigView<Limits> limits = Limits.view();
    private final Map<What, LongAdder> refused = new EnumMap<>(What.class);
    private final LongAdder failures = new LongAdder();

    private enum OnError {
        PASS,
        SKIP,
        DEFER
    }

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public LimitPlugin(LimitConfig config, @Reference Stores stores) {
        counters = new Counters(stores.open("limit"), config);
        defers = Choice.of(OnError.class, "on_error", config.on__error()) == OnError.DEFER;
        for (What what : What.values()) {
            refused.put(what, new LongAdder());
        }
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Limits.parse(line);
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return count(What.CONNECTIONS, connection, Address.NULL);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return count(What.MESSAGES, transaction.connection(), sender);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return count(What.RECIPIENTS, transaction.connection(), transaction.sender());
    }

    /** Counts one more, and looks whether there were too many errors. */
    private HookResult count(What what, Connection connection, Address sender) {
        Limits all = limits.in(connection.config());
        List<Limit> counted = all.of(what);
        List<Limit> errors = all.of(What.ERRORS);
        if (counted.isEmpty() && errors.isEmpty()) {
            return HookResult.DECLINED;
        }
        if (all.exempts(connection)) {
            return EXEMPT;
        }
        CompletionStage<Counters.Result> result =
                counters.add(counted, connection, sender, 1)
                        .thenCombine(counters.look(errors, connection), Counters.Result::or);
        return HookResult.later(result, this::answer);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        Connection connection = transaction.connection();
        Limits all = limits.in(connection.config());
        List<Limit> counted = all.of(What.OCTETS);
        if (counted.isEmpty()) {
            return HookResult.DECLINED;
        }
        if (all.exempts(connection)) {
            return EXEMPT;
        }
        Address sender = transaction.sender();
        long size = transaction.body().size();
        return HookResult.later(
                counters.add(counted, connection, sender, size),
                result -> octets(result, counted, connection, sender, size));
    }

    /** What is refused is no burden, so it is taken off again. */
    private HookResult octets(
            Counters.Result result,
            List<Limit> counted,
            Connection connection,
            Address sender,
            long size) {
        if (result.exceeded().isPresent()) {
            var unused = counters.add(counted, connection, sender, -size);
        }
        HookResult answer = answer(result);
        return answer.action() == Action.DENYSOFT ? answer.withCode(LATER) : answer;
    }

    private HookResult answer(Counters.Result result) {
        if (result.exceeded().isPresent()) {
            Limit limit = result.exceeded().get();
            counter(limit.what()).increment();
            return HookResult.denySoft(
                    limit.reply(),
                    limit.what().word() + " per " + limit.whose().word() + " " + limit.written());
        }
        if (!result.fault().isEmpty()) {
            failures.increment();
            return (defers ? UNKNOWN : HookResult.DECLINED).because("error: " + result.fault());
        }
        return HookResult.DECLINED;
    }

    private LongAdder counter(What what) {
        return refused.computeIfAbsent(what, key -> new LongAdder());
    }

    /** Refusals for now are no fault of the client, those of this plugin among them. */
    @Override
    public void onDeny(
            Connection connection,
            Optional<Transaction> transaction,
            String plugin,
            String hook,
            HookResult result) {
        if (!result.action().isTemporary()) {
            error(connection);
        }
    }

    @Override
    public HookResult onUnrecognizedCommand(
            Connection connection, String command, String arguments) {
        error(connection);
        return HookResult.DECLINED;
    }

    private void error(Connection connection) {
        Limits all = limits.in(connection.config());
        List<Limit> errors = all.of(What.ERRORS);
        if (!errors.isEmpty() && !all.exempts(connection)) {
            counters.add(errors, connection, Address.NULL, 1)
                    .thenAccept(
                            result -> {
                                if (!result.fault().isEmpty()) {
                                    failures.increment();
                                }
                            });
        }
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (What what : What.values()) {
            figures.add(Figure.counter(what.word() + "_refused", counter(what).sum()));
        }
        figures.add(Figure.counter("store_failures", failures.sum()));
        return figures;
    }
}
