package org.qpsmtpd.core.worker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * How much memory threads have taken. The JDK's own way to ask is in a package that a framework
 * need not show to bundles; without it all figures are 0.
 */
public final class Allocation {
    private static final @Nullable MethodHandle BY_THIS_THREAD = find();

    private Allocation() {}

    private static @Nullable MethodHandle find() {
        try {
            Class<?> type =
                    Class.forName(
                            "com.sun.management.ThreadMXBean",
                            true,
                            ClassLoader.getPlatformClassLoader());
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            return MethodHandles.publicLookup()
                    .findVirtual(
                            type,
                            "getCurrentThreadAllocatedBytes",
                            MethodType.methodType(long.class))
                    .bindTo(threads)
                    .asType(MethodType.methodType(long.class));
        } catch (ReflectiveOperationException | ClassCastException e) {
            return null;
        }
    }

    /**
     * How many octets the calling thread has taken since it began; much of it may be free again.
     */
    public static long byThisThread() {
        MethodHandle handle = BY_THIS_THREAD;
        if (handle == null) {
            return 0;
        }
        try {
            return (long) handle.invokeExact();
        } catch (Throwable e) { // a method handle declares no narrower one
            return 0;
        }
    }
}
