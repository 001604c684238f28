package org.qpsmtpd.core.chain;

import org.qpsmtpd.api.hook.QueueHook;

/** Asks a queue plugin how many recipients of one message it takes, if it says that at all. */
final class RecipientLimit {
    /** Whether a class says itself how many recipients it takes; most do not. */
    private static final ClassValue<Boolean> LIMITS_RECIPIENTS =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    try {
                        Class<?> where = type.getMethod("mostRecipients").getDeclaringClass();
                        return where != QueueHook.class;
                    } catch (ReflectiveOperationException | LinkageError e) {
                        return true; // asking tells
                    }
                }
            };

    private RecipientLimit() {}

    /** At least 1; {@link Integer#MAX_VALUE} for any number, and when the plugin knows nothing. */
    static int of(HookHost host, Link link) {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.isDemoted() ? null : plugin.enter();
        if (hook == null) {
            return Integer.MAX_VALUE;
        }
        try {
            return LIMITS_RECIPIENTS.get(hook.getClass())
                    ? Math.max(1, ask(host, link, hook))
                    : Integer.MAX_VALUE;
        } finally {
            plugin.exit();
        }
    }

    /** Whatever it throws, the message is not lost by it. */
    private static int ask(HookHost host, Link link, Object hook) {
        Came<Integer> came = Door.call(host, link, hook, it -> ((QueueHook) it).mostRecipients());
        Integer most = came.value();
        if (most == null) {
            Door.count(host, link, came);
            return Integer.MAX_VALUE;
        }
        return most;
    }
}
