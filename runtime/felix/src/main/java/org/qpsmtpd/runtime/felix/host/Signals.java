package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Handles POSIX signals, each in a thread of its own.
 *
 * <p>The JDK's {@code sun.misc.Signal} is reached by reflection: it is supported, but the compiler
 * warns about every mention of it and cannot be told not to.
 */
public final class Signals {
    private Signals() {}

    /** A signal with its number on every Linux. */
    public enum Name {
        HUP(1),
        INT(2),
        TERM(15);

        private final int number;

        Name(int number) {
            this.number = number;
        }
    }

    /** Runs the action at each arrival of the signal, instead of what the JVM would do. */
    public static void handle(Name name, Runnable action) {
        try {
            listenEvenIfIgnored(name);
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> answer(self, method, arguments, action));
            Object number = signal.getConstructor(String.class).newInstance(name.name());
            signal.getMethod("handle", signal, handler).invoke(null, number, proxy);
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException("the JVM does not let us handle SIG" + name, e);
        }
    }

    private static @Nullable Object answer(
            Object self, Method method, Object @Nullable [] arguments, Runnable action) {
        return switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "handler of " + action;
        };
    }

    /**
     * A shell starts background commands with INT ignored, and nohup does so with HUP; the JVM then
     * refuses to handle them. A daemon wants them all the same.
     */
    private static void listenEvenIfIgnored(Name name) throws IOException {
        long ignored = mask(Files.readAllLines(Path.of("/proc/self/status")));
        if ((ignored >> (name.number - 1) & 1) == 1) {
            LibC.signal(name.number, null);
        }
    }

    /** The signals ignored, as bit N-1 for signal N, from the lines of a {@code status} file. */
    static long mask(List<String> status) {
        String key = "SigIgn:";
        return status.stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(key.length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }
}
