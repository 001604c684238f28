package org.qpsmtpd.core.chain;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * A logging plugin that may be away: what is logged meanwhile goes to the others.
 *
 * @param object tells the plugin's object from one that takes its place
 */
record Logger(PluginInstance plugin, int object) implements LoggingHook {
    @Override
    public HookResult onLog(LogRecord record) {
        if (!(plugin.enter() instanceof LoggingHook logger)) {
            return HookResult.DECLINED;
        }
        try {
            return logger.onLog(record);
        } finally {
            plugin.exit();
        }
    }

    @Override
    public void onReload() {
        if (plugin.enter() instanceof LoggingHook logger) {
            try {
                logger.onReload();
            } finally {
                plugin.exit();
            }
        }
    }

    @Override
    public void onSessionEnd(SessionRecord record) {
        if (plugin.enter() instanceof LoggingHook logger) {
            try {
                logger.onSessionEnd(record);
            } finally {
                plugin.exit();
            }
        }
    }
}
