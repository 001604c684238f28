package org.qpsmtpd.mailauth.spf;

/**
 * What came of a check.
 *
 * @param request what was checked
 * @param result what it came to
 * @param mechanism the term of the record that decided, as the domain wrote it; {@code default}
 *     where none did; empty where no record was evaluated
 * @param explanation what the domain says to whom it does not let send, printable ASCII of at most
 *     1000 characters; empty where it says nothing
 * @param problem why there is no answer, for an administrator; empty unless TEMPERROR, PERMERROR or
 *     NONE
 */
public record SpfVerdict(
        SpfRequest request,
        SpfResult result,
        String mechanism,
        String explanation,
        String problem) {
    /** The result with its reason, for a line of the log. */
    public String summary() {
        String reason = problem.isEmpty() ? mechanism : problem;
        return result.word() + (reason.isEmpty() ? "" : ": " + reason);
    }
}
