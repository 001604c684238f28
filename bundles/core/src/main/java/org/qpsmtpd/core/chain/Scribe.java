package org.qpsmtpd.core.chain;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;

/** Counts, records and logs what became of the calls of one hook. */
final class Scribe {
    private final HookHost host;
    private final HookPoint point;

    Scribe(HookHost host, HookPoint point) {
        this.host = host;
        this.point = point;
    }

    /** A plugin has answered. */
    void answered(Link link, HookResult answer, long began, long now) {
        link.plugin().figures(point).answered(answer.action(), now - began);
        Door.succeeded(host, link);
        decided(link, answer.action().name(), answer.text(), answer.reason(), began, now);
    }

    /** Writes the reason of an answer. */
    void reason(Link link, HookResult answer) {
        if (!answer.reason().isEmpty() && host.log().shows(LogLevel.INFO, link.level())) {
            log(LogLevel.INFO, link, answer.reason());
        }
    }

    /**
     * A plugin has failed.
     *
     * @param failure what it threw; null when it gave no answer
     */
    void failed(Link link, long began, long now, @Nullable Throwable failure) {
        String reason = failure == null ? "no answer" : LogText.of(failure);
        decided(link, "error", "", reason, began, now);
        if (failure == null) {
            log(
                    LogLevel.ERROR,
                    link,
                    "Plugin " + link.name() + ", hook " + point.hookName() + " returned undef!");
            Door.failed(host, link, now);
        } else if (SettingUnknown.isCauseOf(failure)) {
            log(
                    LogLevel.ERROR,
                    link,
                    "plugin " + link.name() + " cannot decide: " + LogText.of(failure));
            link.plugin().breaker().undecided();
        } else {
            Door.threw(host, link, failure);
        }
    }

    /** A plugin is passed over, since it fails again and again. */
    void bypassed(Link link, long began) {
        decided(link, "bypassed", "", "it failed too often", began, began);
    }

    /** A plugin that was away did not come back. */
    void away(Link link, long began) {
        decided(link, "away", "", "its bundle is stopped", began, System.nanoTime());
        log(
                LogLevel.ERROR,
                link,
                "plugin " + link.name() + " is stopped and did not come back in time");
    }

    /** A call was given up. */
    void overdue(HookCall held, long now) {
        decided(held.link(), "overdue", "", "no answer in time", held.began(), now);
    }

    private void decided(Link link, String what, String text, String reason, long began, long now) {
        host.decided(
                new Outcome(
                        point.hookName(),
                        link.name(),
                        link.plugin().origin().version(),
                        what,
                        text,
                        reason,
                        began,
                        now - began));
    }

    private void log(LogLevel level, Link link, String text) {
        host.log().log(level, link.call(host.connection().id()), text);
    }
}
