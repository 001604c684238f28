package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a message so far. Kept in a small file of its own as soon as there is anything
 * to say. Immutable.
 *
 * @param tries how often it was put off
 * @param next when it is tried again
 * @param isHeld whether an administrator wants it to wait
 * @param isWarned whether the sender was told that it is late
 * @param isOverdue whether the sender was told that the moment of BY has passed
 * @param fates by the number of the recipient; one of whom nothing is known is not in it
 */
record Progress(
        int tries,
        Instant next,
        boolean isHeld,
        boolean isWarned,
        boolean isOverdue,
        Map<Integer, Fate> fates) {
    private static final String FIRST = "qpsmtpd-spool-progress 1";
    private static final String LAST = "end";

    /** What has become of it for a recipient. */
    enum State {
        /** It will be tried again. */
        WAITING,

        /** The next hop has it. */
        DONE,

        /** It will never have it, and who had to be told was told. */
        FAILED
    }

    /** What is known of a recipient. */
    record Fate(State state, Said said) {}

    Progress {
        fates = Map.copyOf(fates);
    }

    /** That of a message that was never tried. */
    static Progress of(Envelope envelope) {
        return new Progress(0, envelope.arrival(), false, false, false, Map.of());
    }

    State state(int recipient) {
        Fate fate = fates.get(recipient);
        return fate == null ? State.WAITING : fate.state();
    }

    /** What was said of a recipient last; null when nothing was. */
    @Nullable Said said(int recipient) {
        Fate fate = fates.get(recipient);
        return fate == null ? null : fate.said();
    }

    Progress with(Map<Integer, Fate> more) {
        Map<Integer, Fate> all = new HashMap<>(fates);
        all.putAll(more);
        return new Progress(tries, next, isHeld, isWarned, isOverdue, all);
    }

    Progress withNext(int newTries, Instant newNext) {
        return new Progress(newTries, newNext, isHeld, isWarned, isOverdue, fates);
    }

    Progress withHeld(boolean held) {
        return new Progress(tries, next, held, isWarned, isOverdue, fates);
    }

    Progress warned() {
        return new Progress(tries, next, isHeld, true, isOverdue, fates);
    }

    Progress overdue() {
        return new Progress(tries, next, isHeld, isWarned, true, fates);
    }

    String format() {
        StringBuilder text = new StringBuilder(256).append(FIRST).append('\n');
        text.append(
                Words.line(
                        "tries",
                        String.valueOf(tries),
                        next.toString(),
                        isHeld ? "held" : "free",
                        isWarned ? "warned" : "quiet",
                        isOverdue ? "overdue" : "timely"));
        new TreeMap<>(fates)
                .forEach(
                        (number, fate) -> {
                            Said said = fate.said();
                            text.append(
                                    Words.line(
                                            "to",
                                            String.valueOf(number),
                                            fate.state().name(),
                                            said.at().toString(),
                                            said.place(),
                                            String.valueOf(said.code()),
                                            said.status(),
                                            said.text()));
                        });
        return text.append(LAST).append('\n').toString();
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IOException saying what is wrong with it
     */
    static Progress read(LineReader lines) throws IOException {
        if (!lines.next().equals(FIRST)) {
            throw new IOException("is no progress of a message");
        }
        Words words = Words.of(lines.next("tries"));
        int tries = words.number();
        Instant next = words.time();
        boolean isHeld = words.next().equals("held");
        boolean isWarned = words.next().equals("warned");
        boolean isOverdue = words.next().equals("overdue");
        Map<Integer, Fate> fates = new HashMap<>();
        String line = lines.next();
        while (line.startsWith("to ")) {
            Words to = Words.of(line.substring("to ".length()));
            fates.put(to.number(), fate(to));
            line = lines.next();
        }
        if (!line.equals(LAST)) {
            throw new IOException("its end is damaged");
        }
        return new Progress(tries, next, isHeld, isWarned, isOverdue, fates);
    }

    private static Fate fate(Words words) throws IOException {
        State state = words.constant(State.class);
        Instant at = words.time();
        return new Fate(
                state, new Said(at, words.next(), words.number(), words.next(), words.next()));
    }
}
