package org.qpsmtpd.core.session;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;

/**
 * What plugins say of a message once it has arrived, besides their answers: verdicts for single
 * recipients, and why it should be kept apart.
 */
final class Opinions implements SmtpRecipient.Judge {
    private final BiConsumer<LogLevel, String> log;
    private final RecipientList recipients;
    private volatile Stage stage = Stage.ARRIVING;
    private @Nullable Remarks remarks;
    private volatile boolean queued;

    /** How far the message is. */
    private enum Stage {
        ARRIVING,
        JUDGED,
        QUEUED,
        OVER
    }

    Opinions(BiConsumer<LogLevel, String> log, RecipientList recipients) {
        this.log = log;
        this.recipients = recipients;
    }

    /** Says that the whole message is there. */
    void begin() {
        stage = Stage.JUDGED;
    }

    /** Says that the queue is asked. */
    void queue() {
        stage = Stage.QUEUED;
    }

    /** Says that nothing more can be said of the message. */
    void end() {
        stage = Stage.OVER;
    }

    boolean isOver() {
        return stage == Stage.OVER;
    }

    /**
     * Checks that the message is there, and not over.
     *
     * @param otherwise what the exception says
     */
    void require(String otherwise) {
        Stage now = stage;
        if (now != Stage.JUDGED && now != Stage.QUEUED) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public void settle(SmtpRecipient recipient, HookResult verdict) {
        require(recipient + " can be settled in data_post, queue_pre and queue only");
        recipients.settle(recipient, verdict, stage == Stage.QUEUED);
        String action = verdict.action().name();
        String text = "for " + recipient + ": " + verdict.text();
        log.accept(LogLevel.NOTICE, action + " " + text);
        remarks().add(action, text, verdict.reason());
    }

    /** Whether plugins are to be asked: there are recipients without a verdict of their own. */
    boolean isOpen() {
        return recipients.isOpen();
    }

    /** The answer of data_post or queue_pre with the verdicts for single recipients. */
    HookResult beforeQueue(HookResult answer, Verdicts.Way way) {
        return recipients.beforeQueue(answer, way);
    }

    /** The answer of the queue with the verdicts for single recipients. */
    HookResult afterQueue(HookResult answer, Verdicts.Way way) {
        end();
        HookResult whole = recipients.afterQueue(answer, way);
        boolean done = whole.action() == Action.DONE && whole.code() / 100 == 2;
        queued = done || whole.action() == Action.OK;
        if (way != Verdicts.Way.EACH && recipients.isRepeated()) {
            log.accept(
                    LogLevel.WARN,
                    "stored for some recipients and deferred for others: the client brings the"
                            + " message again for all of them");
        }
        return whole;
    }

    boolean isQueued() {
        return queued;
    }

    void quarantine(String reason) {
        remarks()
                .quarantine(reason)
                .ifPresent(line -> log.accept(LogLevel.NOTICE, "quarantine: " + line));
    }

    List<String> quarantineReasons() {
        Remarks known = remarks;
        return known == null ? List.of() : known.quarantineReasons();
    }

    private Remarks remarks() {
        Remarks known = remarks;
        if (known == null) {
            known = new Remarks();
            remarks = known;
        }
        return known;
    }

    /** What plugins said since this was asked last, for the record. */
    List<Remarks.Remark> takeRemarks() {
        Remarks known = remarks;
        return known == null ? List.of() : known.take();
    }
}
