package org.qpsmtpd.core.chain;

import java.util.Set;
import java.util.function.Function;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;

/**
 * Something that a queue plugin may say of itself before there is a message.
 *
 * @param <T> what it says
 */
final class QueueTerm<T> {
    /** How many recipients of one message it takes. */
    static final QueueTerm<Integer> MOST_RECIPIENTS =
            new QueueTerm<>("mostRecipients", QueueHook::mostRecipients, Integer.MAX_VALUE);

    /** Which extensions it honours. */
    static final QueueTerm<Set<QueueExtension>> HONOURS =
            new QueueTerm<>("honours", QueueHook::honours, Set.of());

    private final Function<QueueHook, T> method;
    private final T usual;

    /** Whether a class says it at all; most do not, and are not entered for it. */
    private final ClassValue<Boolean> isSaid;

    private QueueTerm(String name, Function<QueueHook, T> method, T usual) {
        this.method = method;
        this.usual = usual;
        isSaid =
                new ClassValue<>() {
                    @Override
                    protected Boolean computeValue(Class<?> type) {
                        try {
                            return type.getMethod(name).getDeclaringClass() != QueueHook.class;
                        } catch (ReflectiveOperationException | LinkageError e) {
                            return true; // asking tells
                        }
                    }
                };
    }

    /** What a plugin says; the usual when it is away, says nothing, or fails. */
    T of(HookHost host, Link link) {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.isDemoted() ? null : plugin.enter();
        if (hook == null) {
            return usual;
        }
        try {
            return isSaid.get(hook.getClass()) ? ask(host, link, hook) : usual;
        } finally {
            plugin.exit();
        }
    }

    /** Whatever it throws, the message is not lost by it. */
    private T ask(HookHost host, Link link, Object hook) {
        Came<T> came = Door.call(host, link, hook, it -> method.apply((QueueHook) it));
        T said = came.value();
        if (said == null) {
            Door.count(host, link, came);
            return usual;
        }
        return said;
    }
}
