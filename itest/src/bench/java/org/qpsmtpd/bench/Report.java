package org.qpsmtpd.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what was measured, then ratios, then ratios beside the project's targets. */
final class Report {
    private static final List<String> PEERS =
            List.of(
                    Products.QPSMTPD,
                    Products.POSTFIX,
                    Products.SINK,
                    Products.BARE,
                    Products.HARAKA);

    private final Settings settings;
    private final List<String> versions;
    private final Map<Work, List<Figures>> figures;
    private final List<IdleFigures> idle;
    private final List<String> remarks;

    Report(
            Settings settings,
            List<String> versions,
            Map<Work, List<Figures>> figures,
            List<IdleFigures> idle,
            List<String> remarks) {
        this.settings = settings;
        this.versions = versions;
        this.figures = figures;
        this.idle = idle;
        this.remarks = remarks;
    }

    void print(PrintStream out) {
        out.println("Machine: " + Machine.describe());
        versions.forEach(out::println);
        out.printf(
                Locale.ROOT,
                "%d rounds of %s s for each server, in turn; each figure is the median of the"
                        + " rounds%n",
                settings.rounds(),
                number(settings.roundSeconds()));
        out.println("plugins of both qpsmtpd: " + String.join(", ", Products.PLUGINS) + ", queue");
        remarks.forEach(out::println);
        figures.forEach((work, found) -> work(work, found).print(out));
        if (figures.containsKey(Work.CHECKED)) {
            checks().print(out);
        }
        if (!idle.isEmpty()) {
            idle().print(out);
        }
        if (settings.servers().contains(Products.OURS)) {
            if (!figures.isEmpty()) {
                ratios().print(out);
            }
            targets().print(out);
        }
        printFailures(out);
    }

    private static Table work(Work work, List<Figures> found) {
        String title =
                String.format(
                        Locale.ROOT,
                        "(%s) %s; %d clients",
                        work.letter(),
                        work.title(),
                        work.clients());
        Table table =
                new Table(
                        title,
                        List.of(
                                "server",
                                work.unit() + "/s",
                                "CPU s/1000",
                                "p50 ms",
                                "p99 ms",
                                "RSS MiB",
                                "PSS MiB",
                                work.unit(),
                                "failed"));
        for (Figures one : found) {
            String note = work == Work.MAILDIR && !one.product().syncs() ? " (no fsync)" : "";
            table.row(
                    one.product().label() + note,
                    number(one.perSecond()) + megabytes(work, one),
                    number(one.cpuPerThousand()),
                    number(one.p50()),
                    number(one.p99()),
                    number(one.memory().rss() / 1024.0),
                    number(one.memory().pss() / 1024.0),
                    Long.toString(one.units()),
                    Integer.toString(one.failures().total()));
        }
        return table;
    }

    /** What checking costs; a scanner does nothing else. Not every one of them checks DMARC. */
    private Table checks() {
        Table table =
                new Table(
                        "SPF, DKIM and DMARC, the answers known",
                        List.of("server", "checks", "CPU ms a message", "ours / this"));
        double ours = checked(Products.OURS);
        for (String name : List.of(Products.OURS, Products.RSPAMD, Products.HARAKA)) {
            String checks = name.equals(Products.HARAKA) ? "SPF, DKIM" : "SPF, DKIM, DMARC";
            table.row(name, checks, number(checked(name)), number(ours / checked(name)));
        }
        return table;
    }

    /** Seconds for a thousand are milliseconds for one. */
    private double checked(String server) {
        double with = value(Work.CHECKED, server, Figures::cpuPerThousand);
        boolean isScanner = server.equals(Products.RSPAMD);
        return isScanner ? with : with - value(Work.SIGNED, server, Figures::cpuPerThousand);
    }

    private Table idle() {
        Table table =
                new Table(
                        String.format(Locale.ROOT, "(d) %d idle sessions", settings.idleSessions()),
                        List.of(
                                "server",
                                "held",
                                "KiB each",
                                "MiB before",
                                "MiB in all (PSS)",
                                "RSS MiB",
                                "NOOP ms",
                                "NOOP p99",
                                "note"));
        for (IdleFigures one : idle) {
            table.row(
                    one.product().label(),
                    Integer.toString(one.held()),
                    number(one.kibibytesPerSession()),
                    number(one.before().pss() / 1024.0),
                    number(one.totalMebibytes()),
                    number(one.after().rss() / 1024.0),
                    number(one.noopMedian()),
                    number(one.noopP99()),
                    one.note());
        }
        return table;
    }

    private Table ratios() {
        List<String> head = new ArrayList<>(List.of("work", "ours / peer"));
        head.addAll(
                List.of("qpsmtpd-prefork", "Postfix smtpd", "smtp-sink", "bare Netty", "Haraka"));
        Table table = new Table("Ratios, ours / peer", head);
        figures.forEach(
                (work, found) -> {
                    ratioRow(table, work, "CPU", Figures::cpuPerThousand);
                    ratioRow(table, work, work.unit() + "/s", Figures::perSecond);
                    ratioRow(table, work, "p50", Figures::p50);
                    ratioRow(table, work, "p99", Figures::p99);
                });
        return table;
    }

    private void ratioRow(Table table, Work work, String name, Measure measure) {
        List<String> cells = new ArrayList<>(List.of("(" + work.letter() + ")", name));
        for (String peer : PEERS) {
            cells.add(number(value(work, Products.OURS, measure) / value(work, peer, measure)));
        }
        table.row(cells.toArray(String[]::new));
    }

    private Table targets() {
        Table table =
                new Table(
                        "Targets",
                        List.of("work", "what", "ours", "peer", "ratio", "target", "reached"));
        Measure cpu = Figures::cpuPerThousand;
        String cpuName = "CPU s/1000";
        ratio(table, Work.DISCARD, cpuName, cpu, Products.QPSMTPD, 1, 20);
        ratio(table, Work.DISCARD, cpuName, cpu, Products.POSTFIX, 2, 5);
        ratio(table, Work.DISCARD, cpuName, cpu, Products.SINK, 5, 2);
        ratio(table, Work.DISCARD, "p99 ms", Figures::p99, Products.POSTFIX, 1, 2);
        ratio(table, Work.MAILDIR, cpuName, cpu, Products.POSTFIX, 2, 5);
        faster(table);
        ratio(table, Work.MANY, cpuName, cpu, Products.SINK, 2, 1);
        ratio(table, Work.PIPELINED, cpuName, cpu, Products.SINK, 3, 2);
        ratio(table, Work.LARGE, cpuName, cpu, Products.POSTFIX, 1, 2);
        double speed = value(Work.LARGE, Products.OURS, Figures::perSecond) * Message.LARGE / 1e6;
        absolute(table, Work.LARGE, "MB/s", speed, "over 600", speed > 600);
        ratio(table, Work.CONNECT, cpuName, cpu, Products.QPSMTPD, 1, 30);
        ratio(table, Work.GATES, cpuName, cpu, Products.QPSMTPD, 1, 8);
        ratio(table, Work.GATES, cpuName, cpu, Products.HARAKA, 1, 5);
        ratio(table, Work.KNOWN, cpuName, cpu, Products.QPSMTPD, 1, 20);
        ratio(table, Work.KNOWN, cpuName, cpu, Products.HARAKA, 1, 5);
        unhindered(table);
        double own = value(Work.SITE, Products.OURS, cpu);
        absolute(table, Work.SITE, "CPU ms a message", own, "at most 0.75", own <= 0.75);
        double checks = checked(Products.OURS);
        String added = "CPU ms a message, added";
        absolute(table, Work.CHECKED, added, checks, "at most 0.25", checks <= 0.25);
        double late = value(Work.CHECKED_LATE, Products.OURS, Figures::perSecond);
        absolute(table, Work.CHECKED_LATE, "messages/s", late, "over 90 of 100", late > 90);
        handedOn(table, Work.FORWARD, cpuName, cpu);
        handedOn(table, Work.PROXY, cpuName, cpu);
        double forwarded =
                value(Work.FORWARD_BARE, Products.OURS, Figures::perSecond) * Message.LARGE / 1e6;
        absolute(table, Work.FORWARD_BARE, "MB/s", forwarded, "at least 400", forwarded >= 400);
        double spooled = value(Work.SPOOL, Products.OURS, Figures::perSecond);
        double stored = value(Work.MAILDIR, Products.OURS, Figures::perSecond);
        ratioTarget(
                table,
                Work.SPOOL,
                "messages/s / those of (b)",
                spooled,
                stored,
                "about 1",
                spooled > 0.9 * stored);
        ratio(table, Work.DISCARD, cpuName, cpu, Products.BARE, 3, 2);
        ratio(table, Work.MANY, cpuName, cpu, Products.BARE, 8, 5);
        ratio(table, Work.PIPELINED, cpuName, cpu, Products.BARE, 19, 10);
        ratio(table, Work.LARGE, cpuName, cpu, Products.BARE, 2, 1);
        ratio(table, Work.CONNECT, cpuName, cpu, Products.BARE, 13, 10);
        for (IdleFigures one : idle) {
            if (one.product().name().equals(Products.OURS)) {
                idleTargets(table, one);
            }
        }
        return table;
    }

    private void idleTargets(Table table, IdleFigures ours) {
        int wanted = settings.idleSessions();
        absolute(table, Work.IDLE, "held", ours.held(), "all " + wanted, ours.held() == wanted);
        double each = ours.kibibytesPerSession();
        absolute(table, Work.IDLE, "KiB each", each, "at most 8", each <= 8);
        double all = ours.totalMebibytes();
        absolute(table, Work.IDLE, "MiB in all", all, "at most 150", all <= 150);
        double wait = ours.noopMedian();
        absolute(table, Work.IDLE, "NOOP ms", wait, "under 2", wait < 2);
    }

    private void ratio(
            Table table,
            Work work,
            String what,
            Measure measure,
            String peer,
            int numerator,
            int denominator) {
        double ours = value(work, Products.OURS, measure);
        double theirs = value(work, peer, measure);
        double target = numerator / (double) denominator;
        String limit = "at most " + (target < 1 ? numerator + "/" + denominator : number(target));
        ratioTarget(table, work, what + " / " + peer, ours, theirs, limit, ours / theirs <= target);
    }

    private void handedOn(Table table, Work work, String cpuName, Measure cpu) {
        double ours = value(work, Products.OURS, cpu);
        double discarded = value(Work.DISCARD, Products.OURS, cpu);
        String what = cpuName + " / that of (a)";
        ratioTarget(table, work, what, ours, discarded, "at most 2", ours <= 2 * discarded);
    }

    private void unhindered(Table table) {
        double late = value(Work.LATE, Products.OURS, Figures::perSecond);
        double soon = value(Work.CROWD, Products.OURS, Figures::perSecond);
        String what = "messages/s / those of (gn)";
        ratioTarget(table, Work.LATE, what, late, soon, "over 0.9", late > 0.9 * soon);
    }

    private void faster(Table table) {
        double ours = value(Work.MAILDIR, Products.OURS, Figures::perSecond);
        double theirs = value(Work.MAILDIR, Products.POSTFIX, Figures::perSecond);
        String what = "messages/s / " + Products.POSTFIX;
        ratioTarget(table, Work.MAILDIR, what, ours, theirs, "over 1", ours > theirs);
    }

    private static void ratioTarget(
            Table table,
            Work work,
            String what,
            double ours,
            double theirs,
            String target,
            boolean reached) {
        if (Double.isNaN(ours)) {
            return;
        }
        table.row(
                "(" + work.letter() + ")",
                what,
                number(ours),
                number(theirs),
                number(ours / theirs),
                target,
                answer(ours / theirs, reached));
    }

    private static void absolute(
            Table table, Work work, String what, double ours, String target, boolean reached) {
        if (Double.isNaN(ours)) {
            return;
        }
        String letter = "(" + work.letter() + ")";
        table.row(letter, what, number(ours), "", "", target, answer(ours, reached));
    }

    private void printFailures(PrintStream out) {
        figures.forEach(
                (work, found) -> {
                    for (Figures one : found) {
                        one.failures()
                                .copy()
                                .forEach(
                                        (text, count) ->
                                                out.printf(
                                                        "failed: (%s) %s: %d x %s%n",
                                                        work.letter(),
                                                        one.product().label(),
                                                        count,
                                                        text));
                    }
                });
    }

    private double value(Work work, String server, Measure measure) {
        return figures.getOrDefault(work, List.of()).stream()
                .filter(one -> one.product().name().equals(server))
                .mapToDouble(measure::of)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String megabytes(Work work, Figures one) {
        if (!work.isLarge()) {
            return "";
        }
        return " (" + number(one.perSecond() * Message.LARGE / 1e6) + " MB/s)";
    }

    private static String answer(double value, boolean reached) {
        if (Double.isNaN(value)) {
            return "not measured";
        }
        return reached ? "yes" : "no";
    }

    /** Three significant digits, or a dash for what was not measured. */
    private static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "-";
        }
        int decimals = value == 0 ? 0 : 2 - (int) Math.floor(Math.log10(Math.abs(value)));
        decimals = value == Math.rint(value) ? 0 : Math.max(0, Math.min(4, decimals));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** One figure of a server's work. */
    private interface Measure {
        double of(Figures figures);
    }
}
