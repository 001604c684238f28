package org.qpsmtpd.plugin.rspamd;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** Does with messages what the settings say for what rspamd answers. */
final class Judgement {
    private static final String REFUSED = "Spam message rejected";
    private static final String DEFERRED = "Try again later";
    private static final String TAKEN = "Message accepted";

    private final Map<RspamdAction, Treatment> treatments;
    private final Action rejectType;
    private final HeadersWanted headers;
    private final String subjectPrefix;
    private final boolean makesChanges;
    private final boolean signs;

    private enum HeadersWanted {
        ALL,
        SPAM,
        NONE
    }

    /** Checks the settings. */
    Judgement(RspamdConfig config) {
        treatments = Treatment.of(config);
        rejectType = Reject.parseType(config.reject__type(), Action.DENY);
        headers = Choice.of(HeadersWanted.class, "headers", config.headers());
        subjectPrefix = config.subject__prefix();
        makesChanges = config.changes();
        signs = config.sign();
    }

    /** The answer for a message, which is changed for those who get it. */
    HookResult of(Transaction transaction, List<Scan> all) {
        List<Scan> accepting = all.stream().filter(s -> treatment(s).isAccepting()).toList();
        if (accepting.isEmpty()) {
            return refusal(all);
        }
        all.stream()
                .filter(scan -> !accepting.contains(scan))
                .forEach(scan -> drop(transaction, scan));
        Scan worst = worst(accepting);
        RspamdAnswer answer = worst.found();
        change(transaction, answer, treatment(worst));
        if (transaction.recipients().isEmpty() && transaction.settledRecipients().isEmpty()) {
            return HookResult.done(250, TAKEN)
                    .because("fail: no recipient is left, " + answer.summary());
        }
        HookResult accepted =
                treatment(worst) == Treatment.ACCEPT
                        ? HookResult.pass(answer.summary())
                        : HookResult.DECLINED.because("fail, tolerated: " + answer.summary());
        return accepted.withKarma(karma(answer));
    }

    private Treatment treatment(Scan scan) {
        RspamdAnswer answer = scan.found();
        Changes changes = answer.changes();
        if (changes.hasNoAction()) {
            return Treatment.ACCEPT;
        }
        if (answer.action() != RspamdAction.REJECT) {
            return treatment(answer.action());
        }
        return switch (changes.onReject()) {
            case "discard" -> treatment(RspamdAction.DISCARD);
            case "quarantine" -> treatment(RspamdAction.QUARANTINE);
            default -> treatment(RspamdAction.REJECT);
        };
    }

    private Treatment treatment(RspamdAction action) {
        return treatments.getOrDefault(action, Treatment.ACCEPT);
    }

    private static Scan worst(List<Scan> scans) {
        return scans.stream()
                .max(Comparator.comparingDouble(scan -> scan.found().score()))
                .orElseThrow();
    }

    private static int karma(RspamdAnswer answer) {
        return answer.action().isSpam() ? -1 : 0;
    }

    /** The answer where nobody gets the message. */
    private HookResult refusal(List<Scan> all) {
        List<Scan> refusing = all.stream().filter(s -> treatment(s) != Treatment.DISCARD).toList();
        RspamdAnswer answer = worst(refusing.isEmpty() ? all : refusing).found();
        HookResult refusal =
                refusing.isEmpty()
                        ? HookResult.done(250, TAKEN)
                        : refusal(answer, treatment(worst(refusing)), rejectType);
        return refusal.because("fail: " + answer.summary()).withKarma(karma(answer));
    }

    private static HookResult refusal(RspamdAnswer answer, Treatment treatment, Action type) {
        boolean isLater = treatment == Treatment.DEFER;
        String text = answer.message();
        if (text.isEmpty()) {
            text = isLater ? DEFERRED : REFUSED;
        }
        return HookResult.of(isLater ? Action.DENYSOFT : type, text);
    }

    /** Those of a scan do not get what others get. */
    private void drop(Transaction transaction, Scan scan) {
        Treatment treatment = treatment(scan);
        Action type = rejectType.isTemporary() ? Action.DENYSOFT : Action.DENY;
        for (Recipient recipient : scan.recipients()) {
            if (treatment == Treatment.DISCARD) {
                transaction.removeRecipient(recipient);
            } else {
                recipient.settle(refusal(scan.found(), treatment, type));
            }
        }
    }

    private void change(Transaction transaction, RspamdAnswer answer, Treatment treatment) {
        Headers header = transaction.headers();
        Fields.clear(header);
        if (makesChanges) {
            Fields.change(header, answer.changes());
            Envelope.change(transaction, answer.changes());
        }
        if (treatment == Treatment.QUARANTINE) {
            transaction.quarantine("rspamd: " + answer.summary());
        } else if (treatment != Treatment.ACCEPT) {
            Fields.mark(header, answer.changes().marks());
        }
        if (treatment == Treatment.REWRITE) {
            Fields.subject(header, answer.subject(), subjectPrefix);
        }
        boolean isWanted = headers == HeadersWanted.ALL || answer.action().isSpam();
        if (headers != HeadersWanted.NONE && isWanted) {
            Fields.describe(header, answer);
        }
        if (signs) {
            Fields.sign(header, answer.signatures());
        }
    }
}
