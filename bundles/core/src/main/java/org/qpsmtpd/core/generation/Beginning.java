package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.Came;
import org.qpsmtpd.core.chain.Door;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.TimeLimit;
import org.qpsmtpd.core.log.LogRouter;

/**
 * Tells new plugins that they begin to serve: the hook {@code post-fork}. It decides nothing, so a
 * plugin serves whatever comes of it, and all together are waited for within a bound.
 */
final class Beginning {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(TimeLimit.SECONDS);

    private final LogRouter log;

    Beginning(LogRouter log) {
        this.log = log;
    }

    void tell(List<PluginInstance> fresh) {
        long end = System.nanoTime() + MOST_NANOS;
        for (PluginInstance instance : fresh) {
            if (instance.answers(HookPoint.POST_FORK)) {
                long left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime());
                tell(instance, Math.max(1, left));
            }
        }
    }

    private void tell(PluginInstance instance, long seconds) {
        try {
            TimeLimit.within(seconds, "it did not come back", () -> visit(instance));
        } catch (PluginFault e) {
            instance.figures(HookPoint.POST_FORK).failed();
            log.log(
                    LogLevel.CRIT,
                    "FATAL PLUGIN ERROR ["
                            + instance.name()
                            + "], hook post-fork: "
                            + e.getMessage()
                            + "; the plugin is used all the same");
        }
    }

    private static boolean visit(PluginInstance instance) {
        Came<Boolean> came =
                Door.visit(instance, HookPoint.POST_FORK.hookName(), Beginning::tellItself);
        if (came != null) {
            came.rethrow();
        }
        return true;
    }

    private static boolean tellItself(Object plugin) {
        ((PostForkHook) plugin).onPostFork();
        return true;
    }
}
