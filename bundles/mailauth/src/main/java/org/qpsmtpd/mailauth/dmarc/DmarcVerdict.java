package org.qpsmtpd.mailauth.dmarc;

import java.util.List;
import java.util.Optional;

/**
 * What came of an evaluation.
 *
 * @param result what it came to
 * @param policy what is asked for a message that fails, after {@code sp}, {@code np} and {@code t};
 *     NONE unless the result is PASS or FAIL
 * @param author the domain that was evaluated, in A-labels and lower case; of several authors the
 *     one that decided; empty when there is none
 * @param policyDomain where the record was found; empty without one
 * @param organizationalDomain of the author; empty when nothing depended on it and it is not known
 * @param record what the policy domain publishes
 * @param isSpfAligned whether SPF shows that the message comes from the author's domain
 * @param isDkimAligned whether a signature shows it
 * @param questions the names whose TXT records were asked for, in order; of all authors
 * @param problem why there is no answer, for an administrator; empty for PASS and FAIL
 */
public record DmarcVerdict(
        DmarcResult result,
        DmarcPolicy policy,
        String author,
        String policyDomain,
        String organizationalDomain,
        Optional<DmarcRecord> record,
        boolean isSpfAligned,
        boolean isDkimAligned,
        List<String> questions,
        String problem) {
    /** Copies the list. */
    public DmarcVerdict {
        questions = List.copyOf(questions);
    }

    /** A verdict on what cannot be evaluated. */
    public static DmarcVerdict without(DmarcResult result, String author, String problem) {
        return new DmarcVerdict(
                result,
                DmarcPolicy.NONE,
                author,
                "",
                "",
                Optional.empty(),
                false,
                false,
                List.of(),
                problem);
    }

    /** What the domain asks to be done with this message: its policy when it fails. */
    public DmarcPolicy disposition() {
        return result == DmarcResult.FAIL ? policy : DmarcPolicy.NONE;
    }

    DmarcVerdict withQuestions(List<String> asked) {
        return new DmarcVerdict(
                result,
                policy,
                author,
                policyDomain,
                organizationalDomain,
                record,
                isSpfAligned,
                isDkimAligned,
                asked,
                problem);
    }
}
