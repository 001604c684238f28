package org.qpsmtpd.core.chain;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * A logging plugin that may be away: what is logged meanwhile goes to the others.
 *
 * @param object tells the plugin's object from one that takes its place
 */
record Logger(PluginInstance plugin, int object) implements LoggingHook {
    @Override
    public HookResult onLog(LogRecord record) {
        HookResult answer = visit(logger -> logger.onLog(record));
        return answer == null ? HookResult.DECLINED : answer;
    }

    @Override
    public void onReload() {
        tell(LoggingHook::onReload);
    }

    @Override
    public void onSessionEnd(SessionRecord record) {
        tell(logger -> logger.onSessionEnd(record));
    }

    @Override
    public void onDecision(SessionMoment session, Decision decision) {
        tell(logger -> logger.onDecision(session, decision));
    }

    @Override
    public void onMessage(SessionMoment session, MessageRecord message) {
        tell(logger -> logger.onMessage(session, message));
    }

    private void tell(Consumer<LoggingHook> code) {
        visit(
                logger -> {
                    code.accept(logger);
                    return HookResult.DECLINED;
                });
    }

    /** What it throws is counted where the log is written, which goes on with the others. */
    private @Nullable HookResult visit(Function<LoggingHook, HookResult> code) {
        Came<HookResult> came =
                Door.visit(
                        plugin,
                        HookPoint.LOGGING.hookName(),
                        hook -> code.apply((LoggingHook) hook));
        if (came == null) {
            return null;
        }
        came.rethrow();
        return came.value();
    }
}
