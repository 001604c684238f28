package org.qpsmtpd.plugin.senderpermittedfrom;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.mailauth.spf.SpfRequest;
import org.qpsmtpd.mailauth.spf.SpfResult;
import org.qpsmtpd.mailauth.spf.SpfVerdict;

/**
 * What is answered to a result.
 *
 * @param level the setting {@code reject}
 */
record Policy(int level) {
    private static final int MOST_EXPLANATION = 200;
    private static final String FAILED = " (#%s.7.23)";
    private static final String ERROR = " (#%s.7.24)";

    /** Answers. */
    HookResult decide(SpfVerdict verdict) {
        SpfResult result = verdict.result();
        return switch (result) {
            case PASS -> HookResult.pass(verdict.summary()).withKarma(1);
            case FAIL -> answer(verdict, level >= 3 ? "forgery" : "fail", 2, 3).withKarma(blame());
            case SOFTFAIL -> answer(verdict, "fail", 3, 4).withKarma(blame());
            case NEUTRAL, NONE ->
                    answer(verdict, result.word(), 7, result == SpfResult.NONE ? 6 : 5);
            case PERMERROR -> answer(verdict, result.word(), 4, 6);
            case TEMPERROR -> answer(verdict, result.word(), 2, 7);
        };
    }

    /** Whether FAIL is refused, for now or for good. */
    boolean refusesFail() {
        return level >= 2;
    }

    private int blame() {
        return level >= 1 ? -1 : 0;
    }

    /** What is answered when the DNS took too long. */
    HookResult late() {
        String detail = "no answer of the DNS in time";
        return level >= 2
                ? HookResult.denySoft("SPF - no response" + ERROR.formatted(4))
                        .because("fail: " + detail)
                : tolerated(detail);
    }

    /**
     * Refuses from certain levels on.
     *
     * @param word what the client is told first
     * @param temporary from which level on for now
     * @param permanent from which level on for good
     */
    private HookResult answer(SpfVerdict verdict, String word, int temporary, int permanent) {
        boolean isPermanent = level >= permanent;
        if (!isPermanent && level < temporary) {
            return tolerated(verdict.summary());
        }
        return refusal(verdict, word, isPermanent);
    }

    /**
     * Refuses for want of a policy of DMARC.
     *
     * @param from the setting {@code no_dmarc_policy}: from 0, refuse nothing, to 4
     */
    static HookResult withoutDmarc(SpfVerdict verdict, int from) {
        SpfResult result = verdict.result();
        int least =
                switch (result) {
                    case PASS -> Integer.MAX_VALUE;
                    case FAIL -> 1;
                    case SOFTFAIL -> 2;
                    case NEUTRAL -> 3;
                    case NONE, PERMERROR, TEMPERROR -> 4;
                };
        return from < least
                ? HookResult.DECLINED
                : refusal(verdict, result.word(), result != SpfResult.TEMPERROR);
    }

    private static HookResult refusal(SpfVerdict verdict, String word, boolean isPermanent) {
        boolean isError =
                verdict.result() == SpfResult.TEMPERROR || verdict.result() == SpfResult.PERMERROR;
        String text =
                "SPF - "
                        + word
                        + ": "
                        + why(verdict)
                        + (isError ? ERROR : FAILED).formatted(isPermanent ? 5 : 4);
        Action action = isPermanent ? Action.DENY : Action.DENYSOFT;
        return HookResult.of(action, text).because("fail: " + verdict.summary());
    }

    private static HookResult tolerated(String detail) {
        return HookResult.DECLINED.because("fail, tolerated: " + detail);
    }

    /** What the client is told; text of the domain is said to be that (RFC 7208, 8.4). */
    private static String why(SpfVerdict verdict) {
        SpfRequest request = verdict.request();
        String domain = printable(request.domain());
        return switch (verdict.result()) {
            case TEMPERROR -> "no answer of the DNS for " + domain;
            case PERMERROR -> "the record of " + domain + " cannot be used";
            case NONE -> domain + " has no record";
            case NEUTRAL ->
                    domain
                            + " does not say that "
                            + request.client().getHostAddress()
                            + " may send";
            default -> {
                String told = verdict.explanation();
                String text =
                        told.length() > MOST_EXPLANATION
                                ? told.substring(0, MOST_EXPLANATION)
                                : told;
                yield domain
                        + " does not let "
                        + request.client().getHostAddress()
                        + " send"
                        + (text.isEmpty() ? "" : "; " + domain + " explains: " + text);
            }
        };
    }

    private static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.chars().forEach(c -> shown.append(c < ' ' || c > '~' ? '?' : (char) c));
        return shown.toString();
    }
}
