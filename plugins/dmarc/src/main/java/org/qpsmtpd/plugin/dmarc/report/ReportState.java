package org.qpsmtpd.plugin.dmarc.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How far a report is.
 *
 * @param status what it is now
 * @param owner whose try it is, while it is CLAIMED
 * @param since when it was tried first
 * @param until when it may be tried next
 * @param tries how many there were
 * @param done addresses that have it, or will never have it
 * @param detail for the administrator
 */
record ReportState(
        Status status,
        String owner,
        Instant since,
        Instant until,
        long tries,
        List<String> done,
        String detail) {
    /** Longer than a try may take; then whoever began it is gone. */
    private static final Duration LEASE = Duration.ofMinutes(30);

    private static final Duration FIRST_PAUSE = Duration.ofMinutes(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    enum Status {
        /** Somebody is at it. */
        CLAIMED,
        /** It is tried again. */
        WAITING,
        /** All who want it have it. */
        SENT,
        /** It is given up. */
        FAILED;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static ReportState first(String owner, Instant now) {
        return new ReportState(Status.CLAIMED, owner, now, now.plus(LEASE), 1, List.of(), "");
    }

    /**
     * Whether somebody may begin with it.
     *
     * @param isForced whether it need not be time yet
     */
    boolean isFree(Instant now, boolean isForced) {
        boolean isDue = !until.isAfter(now) || (isForced && status == Status.WAITING);
        return !isOver() && isDue;
    }

    boolean isOver() {
        return status == Status.SENT || status == Status.FAILED;
    }

    ReportState claimed(String next, Instant now) {
        return new ReportState(
                Status.CLAIMED, next, since, now.plus(LEASE), tries + 1, done, detail);
    }

    /** To be tried again as soon as anybody can. */
    ReportState released(Instant now) {
        return new ReportState(Status.WAITING, "", since, now, tries, done, detail);
    }

    ReportState with(String address) {
        List<String> more = Stream.concat(done.stream(), Stream.of(address)).distinct().toList();
        return new ReportState(status, owner, since, until, tries, more, detail);
    }

    ReportState ended(Status end, String why) {
        return new ReportState(end, "", since, until, tries, done, why);
    }

    /** To be tried again: after twice as long each time. */
    ReportState waiting(Instant now, String why) {
        int shift = (int) Math.min(10, Math.max(0, tries - 1));
        Duration pause = FIRST_PAUSE.multipliedBy(1L << shift);
        Duration bounded = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        return new ReportState(Status.WAITING, "", since, now.plus(bounded), tries, done, why);
    }

    String text() {
        Fields fields =
                new Fields()
                        .with("status", status.word())
                        .with("owner", owner)
                        .with("since", since.getEpochSecond())
                        .with("until", until.getEpochSecond())
                        .with("tries", tries)
                        .with("detail", detail);
        done.forEach(address -> fields.with("done", address));
        return fields.text();
    }

    static ReportState read(String text) {
        Fields fields = Fields.parse(text);
        return new ReportState(
                status(fields.get("status")),
                fields.get("owner"),
                Instant.ofEpochSecond(fields.number("since")),
                Instant.ofEpochSecond(fields.number("until")),
                fields.number("tries"),
                fields.all("done"),
                fields.get("detail"));
    }

    private static Status status(String word) {
        return Stream.of(Status.values())
                .filter(status -> status.word().equals(word))
                .findFirst()
                .orElse(Status.WAITING);
    }

    /** For the administrator. */
    String shown() {
        String next = status == Status.WAITING ? ", next at " + until : "";
        return status.word() + next + (detail.isEmpty() ? "" : ": " + detail);
    }
}
