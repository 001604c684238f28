package org.qpsmtpd.plugin.dspam;

import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.session.SpamStatus;

/** Decides what a message gets, as the settings {@code reject} and {@code reject_type} say. */
final class Verdict {
    private static final String REFUSED = "dspam says, no spam please";
    private static final String AGREED = "we agree, no spam please";
    private static final double HIGH = 0.9;

    private final boolean mustAgree;
    private final double least;
    private final Action type;

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    Verdict(String reject, String rejectType) {
        mustAgree = reject.equalsIgnoreCase("agree");
        least = mustAgree ? 0 : probability(reject);
        type = Reject.parseType(rejectType, Action.DENY);
    }

    private static double probability(String text) {
        double number =
                text.matches("[0-9]?(\\.[0-9]{1,9})?") && !text.isEmpty()
                        ? Double.parseDouble(text)
                        : -1;
        if (number < 0 || number > 1) {
            throw new IllegalArgumentException(
                    "reject '" + text + "' is neither a number from 0 to 1 nor agree");
        }
        return number;
    }

    /**
     * The answer.
     *
     * @param spamAssassin what SpamAssassin says; absent when it was not asked
     */
    HookResult of(DspamAnswer answer, Optional<SpamStatus> spamAssassin) {
        if (mustAgree) {
            return spamAssassin
                    .map(status -> compared(answer, status.isSpam()))
                    .orElse(
                            HookResult.pass(
                                    "cannot agree, SA results missing (" + answer.status() + ")"));
        }
        return least == 0
                ? HookResult.skip("reject disabled (" + answer.status() + ")")
                : alone(answer);
    }

    private HookResult alone(DspamAnswer answer) {
        if (!answer.isSpam()) {
            return HookResult.pass(answer.status());
        }
        if (answer.probability() < least) {
            return HookResult.pass(
                    String.format(
                            Locale.ROOT,
                            "Spam probability is too low (%.4f < %s)",
                            answer.probability(),
                            least));
        }
        if (!answer.isSure()) {
            return HookResult.pass("Spam confidence is too low (" + answer.status() + ")");
        }
        return DsnStatus.MEDIA_UNSUPPORTED
                .result(type, REFUSED)
                .because("fail: " + answer.status());
    }

    private HookResult compared(DspamAnswer answer, boolean isSpam) {
        String status = answer.status();
        if (answer.isSpam()) {
            return isSpam
                    ? HookResult.of(type, AGREED).because("fail: agree, " + status).withKarma(-2)
                    : HookResult.DECLINED.because("fail, tolerated: disagree, " + status);
        }
        if (!answer.isInnocent()) {
            return HookResult.pass("other " + status);
        }
        return isSpam
                ? HookResult.pass("disagree, " + status)
                : HookResult.pass("agree, " + status).withKarma(answer.confidence() > HIGH ? 1 : 0);
    }
}
