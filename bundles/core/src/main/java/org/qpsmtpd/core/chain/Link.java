package org.qpsmtpd.core.chain;

import java.util.function.BooleanSupplier;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.log.LevelSetting;
import org.qpsmtpd.core.log.PluginCall;

/**
 * A plugin's place in the chain of one hook.
 *
 * @param plugin the plugin
 * @param point the hook
 * @param mayWait whether it must be called as one that waits, whatever it says of itself
 */
record Link(PluginInstance plugin, HookPoint point, BooleanSupplier mayWait) {
    String name() {
        return plugin.name();
    }

    /** Whether it may run where input is read. */
    boolean nonBlocking() {
        return !mayWait.getAsBoolean() && plugin.isNonBlocking(point);
    }

    boolean skipOnError() {
        return plugin.settings().skipOnError();
    }

    /**
     * What its calls were like.
     *
     * @param list name of the plugin list that it is in
     * @param remark what else is to be known; may be empty
     */
    PluginStatus status(String list, String remark) {
        CallFigures figures = plugin.figures(point);
        return new PluginStatus(
                list,
                point.hookName(),
                plugin.name(),
                plugin.origin().bundle(),
                plugin.origin().version(),
                plugin.origin().place(),
                figures.calls(),
                figures.verdicts(),
                figures.meanMicros(),
                figures.p99Micros(),
                figures.errors(),
                plugin.running(),
                plugin.breaker().state(),
                plugin.isAway(),
                !nonBlocking(),
                remark);
    }

    LevelSetting level() {
        return plugin.settings().level();
    }

    PluginCall call(String connectionId) {
        return new PluginCall(plugin.name(), point.hookName(), connectionId, level());
    }
}
