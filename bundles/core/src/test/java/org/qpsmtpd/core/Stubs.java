package org.qpsmtpd.core;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Objects that answer only what a test says. */
public final class Stubs {
    private Stubs() {}

    /**
     * A stub of an interface.
     *
     * @param answers method name to what it returns; other methods throw
     */
    public static <T> T of(Class<T> type, Map<String, ?> answers) {
        Object stub =
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            Object answer = answers.get(method.getName());
                            if (answer == null) {
                                throw new IllegalStateException(method + " was not expected");
                            }
                            return answer;
                        });
        return type.cast(stub);
    }
}
