package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.plugin.queue.spool.Progress.Fate;
import org.qpsmtpd.plugin.queue.spool.Progress.State;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.HopAnswer;
import org.qpsmtpd.smtpclient.HopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages on: tries those who wait, writes down what came of it before anything else is
 * done, and has told who must be told. Used by several threads, each with another message.
 */
final class Handing {
    private static final Logger LOG = LoggerFactory.getLogger(Handing.class);

    /** After a fault of the disk. */
    private static final Duration REST = Duration.ofSeconds(60);

    /** RFC 5321 section 4.5.3.1.8: each server takes so many. */
    private static final int MOST_AT_ONCE = 100;

    private final SpoolFolder folder;
    private final Forwarder forwarder;
    private final boolean isLast;
    private final Terms terms;
    private final Gate gate;
    private final Reports reports;
    private final Tally tally;
    private final InstantSource clock;

    /**
     * @param isLast whether the next hop is where mail is kept
     */
    Handing(
            SpoolFolder folder,
            Forwarder forwarder,
            boolean isLast,
            Terms terms,
            Gate gate,
            Reports reports,
            Tally tally,
            InstantSource clock) {
        this.folder = folder;
        this.forwarder = forwarder;
        this.isLast = isLast;
        this.terms = terms;
        this.gate = gate;
        this.reports = reports;
        this.tally = tally;
        this.clock = clock;
    }

    /**
     * Does what there is to do about a message.
     *
     * @param tries whether it may be tried, as the gate said
     * @return what waits on; absent when nothing does
     */
    Optional<Entry> look(Entry entry, boolean tries) {
        return with(entry, kept -> afterLook(kept, tries));
    }

    /** Gives a message back to its sender. */
    Optional<Entry> bounce(Entry entry) {
        Said said = Said.here(clock.instant(), "5.0.0", "returned by the administrator");
        return with(
                entry,
                kept -> {
                    Progress progress = folder.progress(kept);
                    return fail(kept, progress, whole(waiting(kept, progress), number -> said));
                });
    }

    /** Has a message wait for the administrator, or no longer. */
    Optional<Entry> hold(Entry entry, boolean isHeld) {
        return with(entry, kept -> folder.progress(kept).withHeld(isHeld));
    }

    private Optional<Entry> with(Entry entry, Work work) {
        try {
            Kept kept = folder.read(entry.id());
            Progress before = folder.progress(kept);
            Progress after = work.on(kept);
            return finish(entry, kept, before, after);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // deleted by hand
        } catch (Kept.DamagedException e) {
            return putAside(entry, e);
        } catch (IOException e) {
            LOG.error("{}: waits on, since {}", entry.id(), Faults.describe(e));
            return Optional.of(entry.notBefore(clock.instant().plus(REST)));
        }
    }

    /** What is done with a message. */
    private interface Work {
        Progress on(Kept kept) throws IOException;
    }

    private Optional<Entry> putAside(Entry entry, Kept.DamagedException fault) {
        try {
            folder.putAside(entry.id(), String.valueOf(fault.getMessage()));
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("{}: cannot be put aside: {}", entry.id(), Faults.describe(e));
            return Optional.of(entry.notBefore(clock.instant().plus(REST)));
        }
    }

    private Optional<Entry> finish(Entry entry, Kept kept, Progress before, Progress after)
            throws IOException {
        if (waiting(kept, after).isEmpty()) {
            folder.delete(entry.id());
            return Optional.empty();
        }
        Entry next = Entry.of(entry.id(), entry.octets(), kept.envelope(), after, terms);
        if (!after.equals(before)) {
            save(entry.id(), after);
        }
        return Optional.of(next);
    }

    /** What the disk does not take is known as long as this plugin is there. */
    private void save(String id, Progress progress) {
        try {
            folder.save(id, progress);
        } catch (IOException e) {
            LOG.error("{}: its progress cannot be written: {}", id, Faults.describe(e));
        }
    }

    private static List<Integer> waiting(Kept kept, Progress progress) {
        return IntStream.range(0, kept.envelope().recipients().size())
                .filter(number -> progress.state(number) == State.WAITING)
                .boxed()
                .toList();
    }

    private Progress afterLook(Kept kept, boolean tries) throws IOException {
        Progress progress = afterTime(kept, folder.progress(kept));
        List<Integer> whom = waiting(kept, progress);
        boolean isDue = !progress.next().isAfter(clock.instant());
        return tries && isDue && !whom.isEmpty() ? afterTry(kept, progress, whom) : progress;
    }

    /** Does what is owed by the clock alone. */
    private Progress afterTime(Kept kept, Progress progress) throws IOException {
        Instant now = clock.instant();
        Envelope envelope = kept.envelope();
        List<Integer> whom = waiting(kept, progress);
        if (!now.isBefore(terms.end(envelope))) {
            return fail(kept, progress, whole(whom, number -> expired(kept, progress, number)));
        }
        Progress told = progress;
        if (isOver(terms.overdue(envelope, told), now)) {
            reports.delayed(kept, whole(whom, number -> late(progress, number)), now);
            told = told.overdue();
        }
        if (isOver(terms.warning(envelope, told), now)) {
            reports.delayed(kept, whole(whom, number -> late(progress, number)), now);
            told = told.warned();
        }
        return told;
    }

    private static boolean isOver(Optional<Instant> moment, Instant now) {
        return moment.isPresent() && !now.isBefore(moment.get());
    }

    private static Map<Integer, Said> whole(List<Integer> whom, Function<Integer, Said> says) {
        Map<Integer, Said> all = new TreeMap<>();
        whom.forEach(number -> all.put(number, says.apply(number)));
        return all;
    }

    private Said last(Progress progress, int number) {
        Said said = progress.said(number);
        Said none = Said.here(clock.instant(), "4.4.1", "it was not tried yet");
        return said != null ? said : gate.last().orElse(none);
    }

    private Said expired(Kept kept, Progress progress, int number) {
        Said last = last(progress, number);
        boolean byAge = !clock.instant().isBefore(kept.envelope().arrival().plus(terms.giveUp()));
        String text = "delivery time expired; last: " + last.shown();
        return new Said(last.at(), "", 0, byAge ? "4.4.7" : "5.4.7", text);
    }

    /** A delay has a status of its class, whatever was said last. */
    private Said late(Progress progress, int number) {
        Said last = last(progress, number);
        return last.status().startsWith("4.")
                ? last
                : new Said(last.at(), last.place(), last.code(), "4.4.7", last.text());
    }

    private Progress fail(Kept kept, Progress progress, Map<Integer, Said> whom)
            throws IOException {
        reports.failed(kept, whom, clock.instant());
        tally.failed().add(whom.size());
        return progress.with(fates(State.FAILED, whom));
    }

    private static Map<Integer, Fate> fates(State state, Map<Integer, Said> whom) {
        Map<Integer, Fate> fates = new HashMap<>();
        whom.forEach((number, said) -> fates.put(number, new Fate(state, said)));
        return fates;
    }

    private Progress afterTry(Kept kept, Progress before, List<Integer> whom) throws IOException {
        int most = Math.max(1, Math.min(MOST_AT_ONCE, forwarder.mostRecipients()));
        Progress progress = before;
        boolean isAgain = false;
        for (int from = 0; from < whom.size(); from += most) {
            List<Integer> some = whom.subList(from, Math.min(whom.size(), from + most));
            KeptMail mail = new KeptMail(kept, some, clock.instant());
            HopOutcome outcome;
            try {
                outcome = forwarder.handOn(mail);
            } catch (IOException e) {
                LOG.error("{}: cannot be read now: {}", kept.id(), Faults.describe(e));
                return putOff(progress, false);
            }
            if (outcome.answer().isMissing()) {
                return unanswered(progress, some, outcome.answer());
            }
            gate.answered();
            Answers answers = new Answers(mail.answers(outcome.answer()), clock.instant());
            progress = afterAnswers(kept, progress, answers);
            isAgain |= answers.areTooMany();
        }
        return waiting(kept, progress).isEmpty() ? progress : putOff(progress, isAgain);
    }

    private Progress putOff(Progress progress, boolean isAgain) {
        Instant now = clock.instant();
        if (isAgain) {
            return progress.withNext(progress.tries(), now);
        }
        int tries = progress.tries() + 1;
        double chance = ThreadLocalRandom.current().nextDouble();
        return progress.withNext(tries, now.plus(terms.wait(tries, chance)));
    }

    /** A target that is away says nothing about the message, which stays as it is. */
    private Progress unanswered(Progress progress, List<Integer> whom, HopAnswer none) {
        Said said = Said.of(none, clock.instant());
        tally.deferred().add(whom.size());
        if (!none.isInSession()) {
            gate.unreachable(said);
            return progress;
        }
        gate.broke(said);
        return putOff(progress.with(fates(State.WAITING, whole(whom, number -> said))), false);
    }

    /** What was done is known before anything can go wrong with the reports. */
    private Progress afterAnswers(Kept kept, Progress before, Answers answers) {
        Progress progress = before.with(fates(State.DONE, answers.done()));
        progress = progress.with(fates(State.WAITING, answers.putOff()));
        tally.delivered().add(answers.done().size());
        tally.deferred().add(answers.putOff().size());
        answers.done().forEach((number, said) -> LOG.info("{}: {}", kept.id(), said.shown()));
        try {
            reports.done(kept, answers.untold(), isLast, clock.instant());
            return answers.refused().isEmpty() ? progress : fail(kept, progress, answers.refused());
        } catch (IOException e) {
            LOG.error("{}: no report can be written: {}", kept.id(), Faults.describe(e));
            return progress;
        }
    }
}
