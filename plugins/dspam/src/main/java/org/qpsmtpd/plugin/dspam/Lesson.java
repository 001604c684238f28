package org.qpsmtpd.plugin.dspam;

import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.SpamStatus;
import org.qpsmtpd.api.session.Transaction;

/**
 * What dspam is to learn from a message.
 *
 * @param isSpam whether it is spam; else it is innocent
 * @param why for the log
 */
record Lesson(boolean isSpam, String why) {
    private static final int STRONG = 2;

    /** Who teaches. */
    enum Teacher {
        NOBODY,
        NAUGHTY,
        KARMA,
        SPAMASSASSIN,
        ANY;

        /**
         * Reads the setting.
         *
         * @throws IllegalArgumentException naming the setting, its value and what is allowed
         */
        static Teacher of(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "" -> NOBODY;
                case "naughty" -> NAUGHTY;
                case "karma" -> KARMA;
                case "spamassassin" -> SPAMASSASSIN;
                case "any" -> ANY;
                default ->
                        throw new IllegalArgumentException(
                                "autolearn '"
                                        + text
                                        + "' is not one of naughty, karma, spamassassin, any");
            };
        }

        private boolean includes(Teacher other) {
            return this == other || this == ANY;
        }
    }

    /** The first that there is; absent when dspam was right, or nobody knows better. */
    static Optional<Lesson> of(Transaction transaction, Teacher teacher, DspamAnswer answer) {
        return known(transaction, teacher).filter(lesson -> answer.resultIs(!lesson.isSpam));
    }

    private static Optional<Lesson> known(Transaction transaction, Teacher teacher) {
        boolean isNaughty = transaction.connection().naughty().isPresent();
        if (teacher.includes(Teacher.NAUGHTY) && isNaughty) {
            return Optional.of(new Lesson(true, "naughty"));
        }
        int karma = transaction.connection().notes().get(NoteKey.KARMA).orElse(0);
        if (teacher.includes(Teacher.KARMA) && Math.abs(karma) > STRONG) {
            return Optional.of(new Lesson(karma < 0, "karma " + karma));
        }
        return teacher.includes(Teacher.SPAMASSASSIN)
                ? transaction.notes().get(NoteKey.SPAMASSASSIN).flatMap(Lesson::ofSpamAssassin)
                : Optional.empty();
    }

    private static Optional<Lesson> ofSpamAssassin(SpamStatus status) {
        boolean hasLearned = status.autolearn().equals(status.isSpam() ? "spam" : "ham");
        return hasLearned
                ? Optional.of(new Lesson(status.isSpam(), "SpamAssassin"))
                : Optional.empty();
    }

    /** For the log. */
    @Override
    public String toString() {
        return "taught that it is " + (isSpam ? "spam" : "innocent") + " by " + why;
    }
}
