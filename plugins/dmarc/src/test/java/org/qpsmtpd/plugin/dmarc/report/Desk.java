package org.qpsmtpd.plugin.dmarc.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord;
import org.qpsmtpd.mailauth.dmarc.RecordReader;
import org.qpsmtpd.mailauth.report.AggregateReader;
import org.qpsmtpd.mailauth.report.AggregateReport;
import org.qpsmtpd.mailauth.report.ExternalDestinations;
import org.qpsmtpd.mailauth.report.ReportLimits;
import org.qpsmtpd.mailauth.report.ReportRow;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStore;

/** All that reports need, put together by hand; it stands at noon of the first day. */
final class Desk {
    static final LocalDate DAY = LocalDate.parse("2026-05-01");
    static final String RUA = "rua=mailto:r@example.org";

    final FakeClock clock = new FakeClock(Instant.parse("2026-05-01T12:00:00Z"));
    final FakeStore store = new FakeStore(clock);
    final FakeHop hop = new FakeHop();
    final FakeResolver resolver = new FakeResolver();
    final ExternalDestinations destinations =
            new ExternalDestinations(new ResolverDns(resolver), Desk::organization);
    final Gathering.Bounds bounds;
    final Identity identity = identity(Map.of());
    final Gathering gathering;
    final Gathered gathered;
    final Making making;
    final Sending sending;

    Desk() {
        this(new Gathering.Bounds(100, 100, 100));
    }

    Desk(Gathering.Bounds bounds) {
        this.bounds = bounds;
        gathering = new Gathering(store, clock, bounds);
        gathered = new Gathered(store, bounds);
        making = new Making(gathered, identity, clock);
        sending = newSending();
    }

    /** Of another server, or another instance, with the same store. */
    Sending newSending() {
        return new Sending(
                gathered, new Claims(store, clock), making, destinations, identity, hop, clock);
    }

    Commands commands() {
        return new Commands(gathered, making, Optional.of(sending), clock);
    }

    static Identity identity(Map<String, ?> options) {
        return new Identity(Configs.config(ReportOptions.class, options), () -> "mx.example.net");
    }

    private static CompletableFuture<Optional<String>> organization(String domain) {
        return CompletableFuture.completedFuture(
                Optional.of(domain.replaceFirst(".*\\.(?=[^.]+\\.[^.]+$)", "")));
    }

    static DmarcRecord record(String tags) {
        return RecordReader.read("v=DMARC1; " + tags).orElseThrow();
    }

    /** A message that passes. */
    static Observed passing(String domain, String source) {
        return observed(domain, source, "p=reject; rua=mailto:r@" + domain, true);
    }

    static Observed failing(String domain, String source) {
        return observed(domain, source, "p=reject; rua=mailto:r@" + domain, false);
    }

    static Observed observed(String domain, String source, String tags, boolean isPass) {
        return new Observed(
                Instant.parse("2026-05-01T12:00:00Z"),
                source,
                domain,
                record(tags),
                isPass ? DmarcPolicy.NONE : DmarcPolicy.REJECT,
                isPass,
                false,
                List.of(),
                domain,
                "bounce." + domain,
                List.of(Address.of("a@example.net"), Address.of("b@example.net")),
                List.of(new ReportRow.Dkim(domain, "may", isPass ? "pass" : "fail", "")),
                List.of(new ReportRow.Spf("bounce." + domain, "mfrom", "softfail", "")));
    }

    Desk counting(Observed... observed) {
        for (Observed each : observed) {
            var unused = gathering.count(each).toCompletableFuture().join();
        }
        return this;
    }

    static AggregateReport report(FakeHop.Sent mail) throws IOException {
        String attachment = mail.message().split("base64\r\n", 2)[1];
        String body =
                attachment.substring(attachment.indexOf("\r\n\r\n"), attachment.indexOf("\r\n--="));
        byte[] packed = Base64.getMimeDecoder().decode(body);
        return AggregateReader.read(new ByteArrayInputStream(packed), ReportLimits.USUAL);
    }
}
