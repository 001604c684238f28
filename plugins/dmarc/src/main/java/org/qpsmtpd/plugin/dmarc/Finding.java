package org.qpsmtpd.plugin.dmarc;

import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.dmarc.DmarcResult;
import org.qpsmtpd.mailauth.dmarc.DmarcVerdict;

/**
 * What is told of a message.
 *
 * @param verdict what came of its evaluation
 * @param disposition what is done with it
 */
record Finding(DmarcVerdict verdict, DmarcPolicy disposition) {
    /** Result, disposition, reason and domain, with blanks between; {@code -} for no domain. */
    static final NoteKey<String> NOTE = new NoteKey<>("dmarc_result", String.class);

    /** Writes the field Authentication-Results and the note. */
    void tell(Transaction transaction) {
        transaction.connection().addAuthenticationResult(entry());
        String domain = verdict.author().isEmpty() ? "-" : verdict.author();
        String note =
                String.join(" ", verdict.result().word(), disposition.word(), reason(), domain);
        transaction.notes().put(NOTE, note);
    }

    private String reason() {
        return switch (verdict.result()) {
            case PASS -> methods();
            case FAIL -> "not_aligned";
            case NONE -> "no_policy";
            case TEMPERROR -> "no_answer";
            case PERMERROR -> "no_author";
        };
    }

    /** Which methods show that the message comes from the domain. */
    String methods() {
        if (verdict.isSpfAligned() && verdict.isDkimAligned()) {
            return "spf+dkim";
        }
        return verdict.isDkimAligned() ? "dkim" : "spf";
    }

    /** As RFC 8601 section 2.2 and RFC 9989 section 9.1 have it. */
    AuthenticationResult entry() {
        boolean isJudged =
                verdict.result() == DmarcResult.PASS || verdict.result() == DmarcResult.FAIL;
        String comment =
                verdict.record()
                        .map(record -> "p=" + record.policy().word())
                        .map(policy -> policy + " dis=" + disposition.word())
                        .orElse("");
        return AuthenticationResult.of("dmarc", verdict.result().word())
                .commented(comment)
                .with("header", "from", verdict.author())
                .with("policy", "dmarc", isJudged ? verdict.policy().word() : "");
    }

    /** What the log says of it. */
    String summary() {
        if (verdict.record().isEmpty()) {
            return verdict.problem();
        }
        String where =
                verdict.policyDomain().equals(verdict.author())
                        ? ""
                        : " by " + verdict.policyDomain();
        String detail = verdict.author() + " asks for " + verdict.policy().word() + where;
        return verdict.problem().isEmpty() ? detail : verdict.problem();
    }
}
