package org.qpsmtpd.plugin.dmarc.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.mailauth.report.ReportUri;

/** The commands of the console that are about reports. */
final class Commands {
    static final List<String> USAGE =
            List.of(
                    "domains [DAY]  the domains that were seen today, or on a day such as 2026-05-01",
                    "reports [DAY]  the reports about a day, yesterday by default, and how far they are",
                    "report DOMAIN [DAY]  the report about a domain as it is now, in XML",
                    "send [DAY]  send the reports about a day now, yesterday's by default");

    private static final int LISTED = 10_000;

    private final Gathered gathered;
    private final Making making;
    private final Optional<Sending> sending;
    private final Clock clock;

    /**
     * @param sending absent when there is no hop
     */
    Commands(Gathered gathered, Making making, Optional<Sending> sending, Clock clock) {
        this.gathered = gathered;
        this.making = making;
        this.sending = sending;
        this.clock = clock;
    }

    boolean run(List<String> words, PrintWriter out) throws IOException, InterruptedException {
        String what = words.isEmpty() ? "" : words.get(0);
        int most = what.equals("report") ? 3 : 2;
        if (words.size() > most || (most == 3 && words.size() < 2)) {
            throw new IllegalArgumentException("there are too many or too few words");
        }
        LocalDate today = Days.of(clock.now());
        boolean isDay = words.size() == most;
        Optional<LocalDate> day =
                isDay ? Optional.of(Days.parse(words.get(most - 1))) : Optional.empty();
        return switch (what) {
            case "domains" -> domains(day.orElse(today), out);
            case "reports" -> reports(day.orElse(today.minusDays(1)), out);
            case "report" -> report(words.get(1).toLowerCase(Locale.ROOT), day.orElse(today), out);
            case "send" -> send(day.orElse(today.minusDays(1)), out);
            default -> throw new IllegalArgumentException("'" + what + "' is none of its words");
        };
    }

    private boolean domains(LocalDate day, PrintWriter out)
            throws IOException, InterruptedException {
        List<String> domains = gathered.domains(day);
        for (String domain : domains.subList(0, Math.min(LISTED, domains.size()))) {
            Optional<About> about = gathered.about(day, domain);
            about.ifPresent(each -> out.println(domain + ": " + shown(each)));
        }
        return isAny(domains, day, out);
    }

    private static boolean isAny(List<String> domains, LocalDate day, PrintWriter out) {
        if (domains.isEmpty()) {
            out.println("no domain with a policy on " + day);
        }
        return !domains.isEmpty();
    }

    private static String shown(About about) {
        About.Counts counts = about.counts();
        return "pass "
                + counts.passed()
                + ", fail "
                + counts.failed()
                + ", quarantine "
                + counts.quarantined()
                + ", reject "
                + counts.rejected()
                + ", p="
                + about.policy().policy();
    }

    private boolean reports(LocalDate day, PrintWriter out)
            throws IOException, InterruptedException {
        List<String> domains = gathered.domains(day);
        for (String domain : domains.subList(0, Math.min(LISTED, domains.size()))) {
            Optional<About> about = gathered.about(day, domain);
            if (about.isPresent() && isWanted(about.get())) {
                out.println(domain + ": " + rows(about.get()) + ", " + state(day, domain));
            }
        }
        return isAny(domains, day, out);
    }

    private static boolean isWanted(About about) {
        return !ReportUri.parse(about.addressees(), 1).isEmpty();
    }

    private static String rows(About about) {
        String left = about.left() == 0 ? "" : ", " + about.left() + " messages in none";
        return about.rows() + " rows" + left;
    }

    private String state(LocalDate day, String domain) throws IOException, InterruptedException {
        return gathered.state(day, domain)
                .map(ReportState::shown)
                .orElseGet(
                        () ->
                                sending.isPresent()
                                        ? "due at " + Timetable.due(day, domain)
                                        : "kept, as there is no report_host");
    }

    private boolean report(String domain, LocalDate day, PrintWriter out)
            throws IOException, InterruptedException {
        Optional<About> about = gathered.about(day, domain);
        ByteArrayOutputStream xml = new ByteArrayOutputStream();
        if (about.isEmpty() || making.write(day, domain, about.get(), xml) == 0) {
            out.println("nothing to report about " + domain + " on " + day);
            return false;
        }
        xml.toString(StandardCharsets.UTF_8).lines().forEach(out::println);
        return true;
    }

    private boolean send(LocalDate day, PrintWriter out) throws IOException, InterruptedException {
        if (sending.isEmpty()) {
            throw new IOException("there is no report_host to send reports to");
        }
        if (day.isAfter(Days.of(clock.now()))) {
            throw new IllegalArgumentException(day + " is still to come");
        }
        if (day.equals(Days.of(clock.now()))) {
            out.println("the day is not over: what comes later will be in no report");
        }
        List<String> domains = gathered.domains(day);
        boolean isSent = isAny(domains, day, out);
        for (String domain : domains) {
            Sending.Result result = sending.get().send(day, domain, true);
            out.println(domain + ": " + result.state().shown());
            out.flush();
            isSent &= result.state().status() == ReportState.Status.SENT;
            if (result.isHopAway()) {
                return false;
            }
        }
        return isSent;
    }
}
