package org.qpsmtpd.testkit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;

/** Makes a plugin that answers one hook, whichever it is, always in the same way. */
final class MockHook implements InvocationHandler {
    private final HookPoint point;
    private final HookResult result;

    private MockHook(HookPoint point, HookResult result) {
        this.point = point;
        this.result = result;
    }

    static Object answering(HookPoint point, HookResult result) {
        for (Method method : point.type().getMethods()) {
            if (!method.isDefault() && method.getReturnType() != HookResult.class) {
                throw new IllegalArgumentException(
                        "hook " + point.hookName() + " is not answered by a HookResult");
            }
        }
        return Proxy.newProxyInstance(
                point.type().getClassLoader(),
                new Class<?>[] {point.type()},
                new MockHook(point, result));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "mock of hook " + point.hookName();
            };
        }
        return method.isDefault()
                ? InvocationHandler.invokeDefault(proxy, method, arguments)
                : result;
    }
}
