package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;

/** The recipients of a message, and the verdicts on single ones. */
final class RecipientList {
    private final List<SmtpRecipient> all = new ArrayList<>(2);
    private final List<SmtpRecipient> admitted = new ArrayList<>(2);
    private @Nullable String classOfAll;
    private @Nullable Verdicts verdicts;

    /** All of them in order; not a copy. */
    List<SmtpRecipient> all() {
        return all;
    }

    /** Those that the client was told are good, in its order, removed or not; not a copy. */
    List<SmtpRecipient> admitted() {
        return admitted;
    }

    /** Whether one of this class may be admitted: the first one's class is that of all. */
    boolean isOfClass(String known) {
        String first = classOfAll;
        if (first == null || admitted.isEmpty()) {
            classOfAll = known;
            return true;
        }
        return first.equals(known);
    }

    /** Adds one that no command of the client named. */
    void add(SmtpRecipient recipient) {
        all.add(recipient);
    }

    /** Adds one that the client is told is good. */
    void admit(SmtpRecipient recipient) {
        recipient.setNamed();
        all.add(recipient);
        admitted.add(recipient);
    }

    /** How many are kept, those that were removed and are yet to be answered for included. */
    int kept() {
        return Math.max(all.size(), admitted.size());
    }

    /** Whether the client named all of them, so that its replies tell of each. */
    boolean areAllNamed() {
        return all.stream().allMatch(SmtpRecipient::isNamed);
    }

    boolean remove(Recipient recipient) {
        return all.remove(recipient);
    }

    /** Those without a verdict. */
    List<Recipient> open() {
        return verdicts == null ? List.copyOf(all) : those(false);
    }

    /** Those with a verdict. */
    List<Recipient> settled() {
        return verdicts == null ? List.of() : those(true);
    }

    private List<Recipient> those(boolean settled) {
        List<Recipient> some = new ArrayList<>(all.size());
        for (SmtpRecipient recipient : all) {
            if (recipient.verdict().isPresent() == settled) {
                some.add(recipient);
            }
        }
        return List.copyOf(some);
    }

    /** Whether there are some without a verdict; true when there are no verdicts at all. */
    boolean isOpen() {
        return verdicts == null || !those(false).isEmpty();
    }

    /**
     * Gives one its verdict.
     *
     * @param queueing whether the queue is asked, so that it may be stored
     */
    void settle(SmtpRecipient recipient, HookResult verdict, boolean queueing) {
        Verdicts.check(verdict, queueing);
        if (!all.contains(recipient) || recipient.verdict().isPresent()) {
            throw new IllegalStateException(recipient + " is settled already, or removed");
        }
        Verdicts known = verdicts;
        if (known == null) {
            known = new Verdicts();
            verdicts = known;
        }
        known.add(verdict);
        recipient.decide(verdict);
    }

    HookResult beforeQueue(HookResult answer, Verdicts.Way way) {
        Verdicts known = verdicts;
        return known == null ? answer : known.beforeQueue(answer, isOpen(), way);
    }

    HookResult afterQueue(HookResult answer, Verdicts.Way way) {
        Verdicts known = verdicts;
        return known == null ? answer : known.afterQueue(answer, isOpen(), way);
    }

    /** Whether there are verdicts on single ones. */
    boolean isJudgedEach() {
        return verdicts != null;
    }

    /** Whether one for whom the message is stored will get it again. */
    boolean isRepeated() {
        Verdicts known = verdicts;
        return known != null && known.isRepeated();
    }
}
