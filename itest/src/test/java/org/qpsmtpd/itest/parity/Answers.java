package org.qpsmtpd.itest.parity;

import java.util.List;

/**
 * What a server answered in a dialogue.
 *
 * @param codes the codes of its replies
 * @param after for each of them the step that it followed
 */
record Answers(List<String> codes, List<String> after) {
    /** The step at which these codes leave those of another server. */
    String parting(Answers other) {
        int at = 0;
        while (at < codes.size()
                && at < other.codes.size()
                && codes.get(at).equals(other.codes.get(at))) {
            at++;
        }
        return at < after.size() ? after.get(at) : other.after.get(at);
    }

    /** The codes in one line. */
    String line() {
        return String.join(" ", codes);
    }
}
