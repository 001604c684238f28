package org.qpsmtpd.mailauth.report;

import java.time.Instant;
import java.util.List;

/**
 * Who reports, and about when.
 *
 * @param organization name of who reports
 * @param email address for questions
 * @param contact more ways to ask; empty for none
 * @param id the report's own, unique among those to a domain
 * @param begin first second that it is about
 * @param end last second that it is about
 * @param errors what was wrong with the domain's record; of those only the first is written
 * @param generator the program; empty for none
 */
public record ReportHead(
        String organization,
        String email,
        String contact,
        String id,
        Instant begin,
        Instant end,
        List<String> errors,
        String generator) {
    /** Copies the list. */
    public ReportHead {
        errors = List.copyOf(errors);
    }
}
