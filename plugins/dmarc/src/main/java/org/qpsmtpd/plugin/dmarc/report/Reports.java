package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.report.ExternalDestinations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports to domains with a policy: messages are counted in the store {@code dmarc_reports},
 * and the day after a report is sent to whom the domain names. Safe for use by several threads.
 */
public final class Reports implements AutoCloseable {
    /** What the console can be asked for, as {@code PluginCommand.usage} has it. */
    public static final List<String> USAGE = Commands.USAGE;

    /** The name of the store. */
    public static final String STORE = "dmarc_reports";

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    private static final Duration TO_STOP = Duration.ofSeconds(5);
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
    private static final long DOMAINS = 10_000;
    private static final long ALL_ROWS = 200_000;
    private static final int MOST_ROWS = 100_000;

    private final boolean isOn;
    private final boolean tellsFailures;
    private final Identity identity;
    private final Gathering gathering;
    private final Commands commands;
    private final Worker worker = new Worker();
    private final Optional<Hop> hop;
    private final Optional<Sending> sending;
    private final Optional<Reporter> reporter;
    private final Optional<FailureReports> failures;
    private final AtomicBoolean isStarted = new AtomicBoolean();
    private final LongAdder counted = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final Quiet complaints;

    /**
     * Begins nothing, and connects to nobody.
     *
     * @param organizations gives the organizational domain of a domain
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    public Reports(
            ReportOptions options,
            Stores stores,
            ServerHome home,
            Dns dns,
            Function<String, CompletionStage<Optional<String>>> organizations) {
        this(
                options,
                stores.open(STORE),
                () -> ownName(home),
                new ExternalDestinations(dns, organizations),
                dns,
                new MachineClock(),
                hop(options, home));
    }

    Reports(
            ReportOptions options,
            Store store,
            Supplier<String> ownName,
            ExternalDestinations destinations,
            Dns dns,
            Clock clock,
            Optional<Hop> hop) {
        isOn = options.reporting();
        tellsFailures = options.failure__reports();
        this.hop = hop;
        identity = new Identity(options, ownName);
        complaints = new Quiet(clock, BETWEEN_WARNINGS);
        Gathering.Bounds bounds = new Gathering.Bounds(DOMAINS, rows(options), ALL_ROWS);
        gathering = new Gathering(store, clock, bounds);
        Gathered gathered = new Gathered(store, bounds);
        Making making = new Making(gathered, identity, clock);
        Claims claims = new Claims(store, clock);
        sending =
                hop.map(
                        each ->
                                new Sending(
                                        gathered,
                                        claims,
                                        making,
                                        destinations,
                                        identity,
                                        each,
                                        clock));
        reporter = sending.map(each -> new Reporter(new Timetable(gathered), each, clock, worker));
        failures =
                hop.map(
                        each ->
                                new FailureReports(
                                        store, dns, destinations, identity, each, clock, worker));
        commands = new Commands(gathered, making, sending, clock);
        if (tellsFailures && hop.isEmpty()) {
            throw new IllegalArgumentException("failure_reports needs report_host");
        }
    }

    private static int rows(ReportOptions options) {
        int rows = options.report__rows();
        if (rows < 1 || rows > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "report_rows " + rows + " is not from 1 to " + MOST_ROWS);
        }
        return rows;
    }

    private static Optional<Hop> hop(ReportOptions options, ServerHome home) {
        return options.report__host().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new SmtpHop(
                                options.report__host(),
                                options.report__tls(),
                                () -> ownName(home)));
    }

    private static String ownName(ServerHome home) {
        return home.config().value("me").filter(Hosts::isHost).orElseGet(HostName::ofThisMachine);
    }

    /** Begins to send what is due; once is enough. */
    public void start() {
        if (!isOn || !isStarted.compareAndSet(false, true)) {
            return;
        }
        if (reporter.isEmpty()) {
            LOG.info("reports of DMARC are kept and not sent, as there is no report_host");
        }
        reporter.ifPresent(Reporter::start);
    }

    /**
     * Counts a message for the report to the policy's domain. Does not wait, and whatever comes of
     * it changes nothing for the message.
     */
    public void observed(Observed observed) {
        if (!isOn || isToReporter(observed)) {
            return;
        }
        var unused = gathering.count(observed).handle(this::counted);
    }

    /** What comes back to the address that reports are from would be reported for ever. */
    private boolean isToReporter(Observed observed) {
        String own = identity.address().comparable();
        return !observed.recipients().isEmpty()
                && observed.recipients().stream().allMatch(to -> to.comparable().equals(own));
    }

    private boolean counted(@Nullable Boolean isCounted, @Nullable Throwable fault) {
        if (fault == null && Boolean.TRUE.equals(isCounted)) {
            counted.increment();
            return true;
        }
        lost.increment();
        if (fault != null && complaints.isTime()) {
            LOG.warn("messages are not counted for reports: {}", fault.getMessage());
        }
        return false;
    }

    /** Whether {@link #failed} would tell the domain of such a message. */
    public boolean isFailureWanted(Observed observed) {
        return tellsFailures && FailureReports.isWanted(observed);
    }

    /** Tells the policy's domain of a message, where both sides want that. Does not wait. */
    public void failed(Failed failed) {
        if (isFailureWanted(failed.observed())) {
            failures.ifPresent(
                    each -> {
                        var unused = each.report(failed).exceptionally(this::complain);
                    });
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private Void complain(Throwable fault) {
        if (complaints.isTime()) {
            LOG.warn("a failure report is not sent: {}", fault.getMessage());
        }
        return null;
    }

    /** Does what the console asks for, as {@code PluginCommand.run} has it. */
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        return commands.run(words, out);
    }

    /** Figures, always the same ones. */
    public List<Figure> figures() {
        return List.of(
                Figure.counter("counted", counted.sum()),
                Figure.counter("not_counted", lost.sum()),
                Figure.counter("reports_sent", sending.map(Sending::sent).orElse(0L)),
                Figure.counter("reports_failed", sending.map(Sending::failed).orElse(0L)),
                Figure.counter(
                        "failure_reports_sent", failures.map(FailureReports::sent).orElse(0L)));
    }

    /** Ends the work. What is on its way is waited for a moment, and else tried again by others. */
    @Override
    public void close() {
        reporter.ifPresent(Reporter::close);
        sending.ifPresent(Sending::close);
        worker.close(TO_STOP);
        hop.ifPresent(Hop::close);
    }
}
