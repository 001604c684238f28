package org.qpsmtpd.plugin.dspam;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.program.ProgramEnd;

/**
 * The summary that dspam gives.
 *
 * @param result what the message is: {@code Spam}, {@code Innocent}, {@code Whitelisted} and others
 * @param wordClass {@code Spam} or {@code Innocent}
 * @param probability that it is spam, 0 to 1
 * @param confidence how sure dspam is, 0 to 1
 * @param signature by which dspam knows the message again
 */
record DspamAnswer(
        String result, String wordClass, double probability, double confidence, String signature) {
    private static final String SPAM = "Spam";
    private static final String INNOCENT = "Innocent";
    private static final Pattern SUMMARY =
            Pattern.compile(
                    "[^;]{1,400}; result=\"([A-Za-z]{1,30})\"; class=\"([A-Za-z]{1,30})\";"
                            + " probability=([01]\\.[0-9]{1,9}); confidence=([01]\\.[0-9]{1,9});"
                            + " signature=([!-~]{1,200})\\s*");

    /**
     * Reads what the program wrote, of which the first line counts.
     *
     * @throws PeerFailure when it is no summary
     */
    static DspamAnswer parse(String output) {
        String line = output.lines().findFirst().orElse("");
        Matcher summary = SUMMARY.matcher(line);
        if (!summary.matches()) {
            throw new PeerFailure(
                    PeerFailure.Kind.FAULT,
                    "dspam gives no summary but '" + ProgramEnd.oneLine(line) + "'");
        }
        return new DspamAnswer(
                summary.group(1),
                summary.group(2),
                Double.parseDouble(summary.group(3)),
                Double.parseDouble(summary.group(4)),
                summary.group(5));
    }

    boolean isSpam() {
        return wordClass.equals(SPAM);
    }

    boolean isInnocent() {
        return wordClass.equals(INNOCENT);
    }

    /** Whether it was delivered as spam, or as innocent. */
    boolean resultIs(boolean spam) {
        return result.equals(spam ? SPAM : INNOCENT);
    }

    boolean isSure() {
        return confidence >= 1;
    }

    /** The value of X-DSPAM-Result. */
    String field() {
        return String.format(
                Locale.ROOT,
                "%s, probability=%.4f, confidence=%.2f",
                result,
                probability,
                confidence);
    }

    /** {@code CLASS, CONFIDENCE c} for the log. */
    String status() {
        return String.format(Locale.ROOT, "%s, %.2f c", wordClass, confidence);
    }
}
