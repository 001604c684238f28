package org.qpsmtpd.plugin.dmarc.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPOutputStream;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.mailauth.report.AggregateMail;
import org.qpsmtpd.mailauth.report.Destinations;
import org.qpsmtpd.mailauth.report.ExternalDestinations;
import org.qpsmtpd.mailauth.report.ReportUri;
import org.qpsmtpd.smtpclient.HopAnswer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the report about a domain, once. Waits for the store, the DNS and the hop. */
final class Sending {
    static final int MOST_ADDRESSES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
    private static final Duration GIVE_UP = Duration.ofHours(12);

    private final Gathered gathered;
    private final Claims claims;
    private final Making making;
    private final ExternalDestinations destinations;
    private final Identity identity;
    private final Hop hop;
    private final Clock clock;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean isClosed;

    /**
     * What came of a try.
     *
     * @param state of the report
     * @param isTried whether it was this one's
     * @param isHopAway whether the hop could not be used at all
     */
    record Result(ReportState state, boolean isTried, boolean isHopAway) {}

    Sending(
            Gathered gathered,
            Claims claims,
            Making making,
            ExternalDestinations destinations,
            Identity identity,
            Hop hop,
            Clock clock) {
        this.gathered = gathered;
        this.claims = claims;
        this.making = making;
        this.destinations = destinations;
        this.identity = identity;
        this.hop = hop;
        this.clock = clock;
    }

    long sent() {
        return sent.sum();
    }

    long failed() {
        return failed.sum();
    }

    /** What is on its way is tried again by others as soon as they can. */
    void close() {
        isClosed = true;
    }

    /**
     * Tries to send a report, unless it was sent or another one is at it.
     *
     * @param isForced whether it need not be time for the next try
     */
    Result send(LocalDate day, String domain, boolean isForced)
            throws IOException, InterruptedException {
        String owner = Claims.newOwner();
        ReportState state = claims.claim(day, domain, owner, isForced);
        if (!state.owner().equals(owner)) {
            return new Result(state, false, false);
        }
        Result result = attempt(day, domain, state);
        ReportState next = result.state();
        if (isClosed && next.status() == ReportState.Status.WAITING) {
            next = next.released(clock.now());
        }
        claims.keep(day, domain, owner, next);
        return new Result(next, true, result.isHopAway());
    }

    private Result attempt(LocalDate day, String domain, ReportState state)
            throws InterruptedException {
        try {
            Optional<About> about = gathered.about(day, domain);
            List<ReportUri> wanted =
                    about.map(each -> ReportUri.parse(each.addressees(), MOST_ADDRESSES))
                            .orElse(List.of());
            return about.isEmpty() || wanted.isEmpty()
                    ? over(state, "nobody wants it")
                    : attempt(day, about.get(), wanted, state);
        } catch (IOException | RuntimeException e) {
            return later(day, domain, state, String.valueOf(e.getMessage()), false);
        }
    }

    private static Result over(ReportState state, String why) {
        return new Result(state.ended(ReportState.Status.SENT, why), true, false);
    }

    private Result attempt(LocalDate day, About about, List<ReportUri> wanted, ReportState state)
            throws IOException, InterruptedException {
        String domain = about.policy().domain();
        Destinations found = Stages.value(destinations.confirmed(domain, wanted, "rua"));
        if (found.uris().isEmpty() && !found.isUnknown()) {
            String why = "not wanted by " + String.join(", ", found.refused());
            LOG.info("no report about {} of {}: {}", domain, day, why);
            return new Result(state.ended(ReportState.Status.FAILED, why), true, false);
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        long rows;
        try (OutputStream packer = new GZIPOutputStream(packed)) {
            rows = making.write(day, domain, about, packer);
        }
        if (rows == 0) {
            return over(state, "nothing to report");
        }
        AggregateMail mail =
                new AggregateMail(making.head(day, domain, about), domain, identity.ownName());
        return deliver(day, mail, packed.toByteArray(), found, state);
    }

    private Result deliver(
            LocalDate day, AggregateMail mail, byte[] packed, Destinations found, ReportState begun)
            throws IOException, InterruptedException {
        ReportState state = begun;
        String missing = found.isUnknown() ? "the DNS does not answer" : "";
        List<String> refused = new ArrayList<>();
        for (ReportUri uri : found.uris()) {
            if (state.done().contains(uri.address())) {
                continue;
            }
            byte[] message = mail.message(packed, identity.from(), uri.address(), clock.now());
            if (!uri.takes(message.length)) {
                LOG.info("no report to {}: it is larger than that takes", uri.address());
                refused.add(uri.address());
                state = state.with(uri.address());
                continue;
            }
            HopAnswer answer = hop.send(identity.address(), Address.of(uri.address()), message);
            if (!answer.isPositive() && !answer.isPermanent()) {
                missing = uri.address() + ": " + answer.shown();
                if (answer.isMissing()) {
                    return later(day, mail.domain(), state, missing, true);
                }
                continue;
            }
            settled(day, mail.domain(), uri, answer);
            if (!answer.isPositive()) {
                refused.add(uri.address());
            }
            state = state.with(uri.address());
            claims.keep(day, mail.domain(), state.owner(), state);
        }
        return missing.isEmpty()
                ? settled(state, refused)
                : later(day, mail.domain(), state, missing, false);
    }

    /** What is told at the end: to whom it went, or who does not take it. */
    private static Result settled(ReportState state, List<String> refused) {
        List<String> taken =
                state.done().stream().filter(address -> !refused.contains(address)).toList();
        return taken.isEmpty()
                ? new Result(
                        state.ended(
                                ReportState.Status.FAILED,
                                "refused by " + String.join(", ", refused)),
                        true,
                        false)
                : over(state, "to " + String.join(", ", taken));
    }

    private void settled(LocalDate day, String domain, ReportUri uri, HopAnswer answer) {
        if (answer.isPositive()) {
            sent.increment();
            LOG.info("report about {} of {} sent to {}", domain, day, uri.address());
            return;
        }
        failed.increment();
        LOG.warn(
                "report about {} of {} refused for {}: {}",
                domain,
                day,
                uri.address(),
                answer.shown());
    }

    private Result later(
            LocalDate day, String domain, ReportState state, String why, boolean isHopAway) {
        Instant now = clock.now();
        if (Duration.between(state.since(), now).compareTo(GIVE_UP) < 0) {
            return new Result(state.waiting(now, why), true, isHopAway);
        }
        failed.increment();
        LOG.warn("report about {} of {} is given up: {}", domain, day, why);
        return new Result(state.ended(ReportState.Status.FAILED, why), true, isHopAway);
    }
}
