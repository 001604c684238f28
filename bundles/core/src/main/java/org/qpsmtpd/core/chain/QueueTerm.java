package org.qpsmtpd.core.chain;

import java.util.Set;
import java.util.function.Function;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;

/**
 * Something that a queue plugin may say of itself before there is a message.
 *
 * @param <T> what it says
 */
final class QueueTerm<T> {
    /** How many recipients of one message it takes. */
    static final QueueTerm<Integer> MOST_RECIPIENTS =
            new QueueTerm<>(Integer.MAX_VALUE, "mostRecipients");

    /** Which extensions it honours. */
    static final QueueTerm<Set<QueueExtension>> HONOURS = new QueueTerm<>(Set.of(), "honours");

    /** Whether two recipients may be in one message. */
    static final QueueTerm<Boolean> TAKES_TOGETHER =
            new QueueTerm<>(true, "takesTogether", Connection.class, Address.class, Address.class);

    private final T usual;

    /** Whether a class says it at all; most do not, and are not entered for it. */
    private final ClassValue<Boolean> isSaid;

    private QueueTerm(T usual, String name, Class<?>... parameters) {
        this.usual = usual;
        isSaid =
                new ClassValue<>() {
                    @Override
                    protected Boolean computeValue(Class<?> type) {
                        try {
                            return type.getMethod(name, parameters).getDeclaringClass()
                                    != QueueHook.class;
                        } catch (ReflectiveOperationException | LinkageError e) {
                            return true; // asking tells
                        }
                    }
                };
    }

    /** What a plugin says; the usual when it is away, says nothing, or fails. */
    T of(HookHost host, Link link, Function<QueueHook, T> method) {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.isDemoted() ? null : plugin.enter();
        if (hook == null) {
            return usual;
        }
        try {
            return isSaid.get(hook.getClass()) ? ask(host, link, hook, method) : usual;
        } finally {
            plugin.exit();
        }
    }

    /** Whatever it throws, the message is not lost by it. */
    private T ask(HookHost host, Link link, Object hook, Function<QueueHook, T> method) {
        Came<T> came = Door.call(host, link, hook, it -> method.apply((QueueHook) it));
        T said = came.value();
        if (said == null) {
            Door.count(host, link, came);
            return usual;
        }
        return said;
    }
}
