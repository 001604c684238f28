package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord;
import org.qpsmtpd.mailauth.report.Destinations;
import org.qpsmtpd.mailauth.report.ExternalDestinations;
import org.qpsmtpd.mailauth.report.FailureMail;
import org.qpsmtpd.mailauth.report.FailureReport;
import org.qpsmtpd.mailauth.report.Redaction;
import org.qpsmtpd.mailauth.report.ReportRow;
import org.qpsmtpd.mailauth.report.ReportUri;
import org.qpsmtpd.smtpclient.HopAnswer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells domains of single messages that fail, a few in an hour and without persons in them. Such a
 * report is tried once.
 */
final class FailureReports {
    static final int MOST_AN_HOUR = 10;

    private static final Logger LOG = LoggerFactory.getLogger(FailureReports.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_UNDER_WAY = 100;
    private static final int KEY_OCTETS = 32;
    private static final Set<String> NOT_FAILED = Set.of("pass", "none", "neutral", "policy");

    private final Store store;
    private final Dns dns;
    private final ExternalDestinations destinations;
    private final Identity identity;
    private final Hop hop;
    private final Clock clock;
    private final Executor worker;
    private final Redaction redaction;
    private final Semaphore room = new Semaphore(MOST_UNDER_WAY);
    private final LongAdder sent = new LongAdder();

    FailureReports(
            Store store,
            Dns dns,
            ExternalDestinations destinations,
            Identity identity,
            Hop hop,
            Clock clock,
            Executor worker) {
        this.store = store;
        this.dns = dns;
        this.destinations = destinations;
        this.identity = identity;
        this.hop = hop;
        this.clock = clock;
        this.worker = worker;
        byte[] key = new byte[KEY_OCTETS];
        new SecureRandom().nextBytes(key);
        redaction = new Redaction(key);
    }

    long sent() {
        return sent.sum();
    }

    /** Whether the domain asks to be told of such a message. */
    static boolean isWanted(Observed observed) {
        DmarcRecord record = observed.record();
        // RFC 9991 section 2: a public suffix is told nothing of others' messages
        if (record.failureReports().isEmpty() || record.psd() == DmarcRecord.Psd.YES) {
            return false;
        }
        Set<String> options = Set.of(record.failureOptions().split(":", -1).clone());
        boolean isAny = !observed.isDkimAligned() || !observed.isSpfAligned();
        return (options.contains("1") && isAny)
                || (options.contains("d")
                        && observed.dkim().stream().anyMatch(each -> isBad(each.result())))
                || (options.contains("s")
                        && observed.spf().stream().anyMatch(each -> isBad(each.result())))
                || ((options.contains("0") || record.failureOptions().isEmpty())
                        && !observed.isPass());
    }

    private static boolean isBad(String result) {
        return !NOT_FAILED.contains(result);
    }

    /** Reports of programs are not reported about, so that no two servers do that for ever. */
    private static boolean isAutomatic(Failed failed) {
        String header = "\n" + failed.header().toLowerCase(Locale.ROOT);
        int field = header.indexOf("\nauto-submitted:");
        boolean isSubmitted =
                field >= 0 && !header.startsWith("no", skipBlanks(header, field + 16));
        return failed.sender().isEmpty() || isSubmitted || header.contains("multipart/report");
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    /** Sends the report when that is wanted and allowed. */
    CompletionStage<Void> report(Failed failed) {
        if (!isWanted(failed.observed()) || isAutomatic(failed) || !room.tryAcquire()) {
            return CompletableFuture.allOf();
        }
        String domain = failed.observed().policyDomain();
        return store.add(Keys.failures(domain), 1, HOUR)
                .thenCompose(
                        number ->
                                number > MOST_AN_HOUR ? CompletableFuture.allOf() : prepare(failed))
                .whenComplete((done, fault) -> room.release());
    }

    private CompletionStage<Void> prepare(Failed failed) {
        Observed observed = failed.observed();
        String uris = String.join(",", observed.record().failureReports());
        List<ReportUri> wanted = ReportUri.parse(uris, Sending.MOST_ADDRESSES);
        CompletionStage<Runnable> ready =
                destinations
                        .confirmed(observed.policyDomain(), wanted, "ruf")
                        .thenCombine(
                                records(observed),
                                (found, records) -> () -> send(failed, found, records));
        return ready.thenCompose(work -> CompletableFuture.runAsync(work, worker));
    }

    /** RFC 9991: the record of an aligned domain whose check failed. */
    private CompletionStage<List<String>> records(Observed observed) {
        String domain = observed.envelopeFrom();
        boolean isTold =
                observed.spf().stream().anyMatch(spf -> isBad(spf.result()))
                        && domain.equals(observed.headerFrom());
        if (!isTold) {
            return CompletableFuture.completedFuture(List.of());
        }
        return dns.texts(domain)
                .thenApply(
                        answer ->
                                answer.records().stream()
                                        .filter(text -> text.startsWith("v=spf1"))
                                        .limit(1)
                                        .map(text -> domain + " " + text)
                                        .toList());
    }

    private void send(Failed failed, Destinations found, List<String> records) {
        FailureMail mail = new FailureMail(report(failed, records), redaction, Making.GENERATOR);
        for (ReportUri uri : found.uris()) {
            String id = UUID.randomUUID().toString().replace("-", "");
            byte[] message = mail.message(id, identity.from(), uri.address(), clock.now());
            try {
                HopAnswer answer = hop.send(Address.NULL, Address.of(uri.address()), message);
                if (answer.isPositive()) {
                    sent.increment();
                } else {
                    LOG.info("failure report to {} is dropped: {}", uri.address(), answer.shown());
                }
            } catch (IOException e) {
                LOG.info("failure report to {} is dropped: {}", uri.address(), e.getMessage());
            }
        }
    }

    private FailureReport report(Failed failed, List<String> records) {
        Observed observed = failed.observed();
        List<String> unaligned = new ArrayList<>();
        if (!observed.isDkimAligned()) {
            unaligned.add("dkim");
        }
        if (!observed.isSpfAligned()) {
            unaligned.add("spf");
        }
        List<ReportRow.Dkim> signatures =
                observed.dkim().stream()
                        .filter(each -> isBad(each.result()))
                        .filter(each -> each.domain().equals(observed.headerFrom()))
                        .toList();
        List<Address> recipients = observed.recipients();
        return new FailureReport(
                identity.ownName(),
                observed.at(),
                observed.source(),
                failed.sender(),
                recipients.size() == 1 ? recipients.get(0).address() : "",
                observed.policyDomain(),
                failed.results(),
                unaligned,
                delivery(observed.disposition()),
                signatures,
                records,
                failed.header());
    }

    private static String delivery(DmarcPolicy disposition) {
        return switch (disposition) {
            case NONE -> "delivered";
            case QUARANTINE -> "policy";
            case REJECT -> "reject";
        };
    }
}
