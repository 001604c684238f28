package org.qpsmtpd.core.chain;

import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.core.log.PluginCall;

/**
 * A plugin ready to serve, or away for a while because its bundle is stopped or being updated. A
 * call is made between {@link #enter} and {@link #exit}, so that a bundle can wait for the calls in
 * flight before it lets the plugin go.
 */
public final class PluginInstance {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final String name;
    private final PluginSettings settings;
    private final Origin origin;
    private final Map<HookPoint, CallFigures> figures = new EnumMap<>(HookPoint.class);
    private final Set<HookPoint> nonBlocking = EnumSet.noneOf(HookPoint.class);
    private final Breaker breaker = new Breaker();
    private final Share share = new Share();
    private final AtomicInteger hanging = new AtomicInteger();
    private final LongAdder entered = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder memory = new LongAdder();
    private final Set<PluginCall> pending = ConcurrentHashMap.newKeySet();
    private final String type;
    private volatile @Nullable Object plugin;
    private volatile CompletableFuture<Void> back = CompletableFuture.completedFuture(null);
    private volatile @Nullable LogWishes logWishes;
    private volatile Set<String> decides = Set.of();
    private volatile Set<String> files = Set.of();
    private volatile boolean demoted;
    private volatile long awaySince;

    /** A plugin that is there. */
    public PluginInstance(String name, Object plugin, PluginSettings settings, Origin origin) {
        this.name = name;
        this.plugin = plugin;
        this.settings = settings;
        this.origin = origin;
        this.type = plugin.getClass().getName();
        for (HookPoint point : HookPoint.values()) {
            if (point.type().isInstance(plugin)) {
                figures.put(point, new CallFigures());
                if (isMarkedNonBlocking(plugin, point)) {
                    nonBlocking.add(point);
                }
            }
        }
    }

    /** A plugin with the usual settings. */
    public static PluginInstance of(String name, Object plugin) {
        return new PluginInstance(name, plugin, PluginSettings.USUAL, Origin.NONE);
    }

    /** Its name, with {@code :N} for further instances. */
    public String name() {
        return name;
    }

    /** What the core keeps for it. */
    public PluginSettings settings() {
        return settings;
    }

    /** Where it comes from. */
    public Origin origin() {
        return origin;
    }

    /** Begins a call; null when the plugin is away, and then there is no call to end. */
    public @Nullable Object enter() {
        entered.increment();
        // The departing plugin is taken away first and the calls are counted then.
        VarHandle.fullFence();
        Object present = plugin;
        if (present == null) {
            exit();
        }
        return present;
    }

    /** Ends a call. */
    public void exit() {
        left.increment();
    }

    /** How many calls have not come back. */
    public long running() {
        long ended = left.sum();
        return Math.max(0, entered.sum() - ended);
    }

    /** A call has returned, and its answer comes later. */
    void pends(PluginCall call) {
        pending.add(call);
    }

    /** The answer of such a call has come, or is waited for no more. */
    void pendsNoMore(PluginCall call) {
        pending.remove(call);
    }

    /** The calls whose answers are to come. */
    public Set<PluginCall> pending() {
        return pending;
    }

    /** Whether a class is the plugin's, or a name begins with it as those of nested ones do. */
    public boolean isOf(String className) {
        return className.equals(type) || className.startsWith(type + "$");
    }

    /** Whether a class is in the plugin's package or below. */
    public boolean isBeside(String className) {
        int end = type.lastIndexOf('.') + 1;
        return end > 0 && className.startsWith(type.substring(0, end));
    }

    /** A call has taken so many octets of memory. */
    void tookMemory(long octets) {
        memory.add(octets);
    }

    /** How many octets its calls took while that was measured. */
    public long memoryTaken() {
        return memory.sum();
    }

    /** Forgets what was measured. */
    public void forgetMemoryTaken() {
        memory.reset();
    }

    /** The plugin itself, for what is no call; null while it is away. */
    @Nullable Object plugin() {
        return plugin;
    }

    /**
     * Takes the plugin away and waits for the calls in flight.
     *
     * @return false when some did not come back in time
     */
    public boolean depart(long nanos) {
        awaySince = System.nanoTime();
        if (back.isDone()) {
            back = new CompletableFuture<>();
        }
        plugin = null;
        VarHandle.fullFence();
        long end = System.nanoTime() + nanos;
        while (running() > 0) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    /** The plugin is there again, maybe a newer one; calls that wait go on. */
    public void arrive(Object returned) {
        plugin = returned;
        back.complete(null);
    }

    /** Whether the plugin is away. */
    public boolean isAway() {
        return plugin == null;
    }

    /** How long the plugin has been away, in nanoseconds; 0 when it is there. */
    public long awayNanos(long now) {
        return isAway() ? Math.max(1, now - awaySince) : 0;
    }

    /** Completes when the plugin is there. */
    CompletableFuture<Void> back() {
        return back;
    }

    /** Notes that it takes lines of the log, and which. */
    public void takesLog(LogWishes wishes) {
        logWishes = wishes;
    }

    /** What it wants of the log; null when it takes nothing. */
    @Nullable LogWishes logWishes() {
        return logWishes;
    }

    /** Says which files of the configuration directory it reads. */
    public void reads(Collection<String> names) {
        files = Set.copyOf(names);
    }

    /** The files that it reads. */
    public Set<String> files() {
        return files;
    }

    /** What checks the lines of these files; absent when nothing does, or it is away. */
    public Optional<FileCheck> fileCheck() {
        return plugin instanceof FileCheck check ? Optional.of(check) : Optional.empty();
    }

    /** Notes at which hooks it never declines, by their names. */
    public void decidesAt(Collection<String> hooks) {
        decides = Set.copyOf(hooks);
    }

    /** Whether no plugin behind it is asked. */
    boolean decides(HookPoint point) {
        return decides.contains(point.hookName());
    }

    public boolean answers(HookPoint point) {
        return figures.containsKey(point);
    }

    /** The hooks it answers. */
    Collection<HookPoint> points() {
        return figures.keySet();
    }

    /** Whether the hook's method never waits. */
    boolean isNonBlocking(HookPoint point) {
        return !demoted && nonBlocking.contains(point);
    }

    /**
     * From now on it is called as one that waits.
     *
     * @return false when it has been before
     */
    public boolean demote() {
        boolean first = !demoted;
        demoted = true;
        return first;
    }

    /** Whether it once held up a connection's thread. */
    boolean isDemoted() {
        return demoted;
    }

    public CallFigures figures(HookPoint point) {
        CallFigures known = figures.get(point);
        if (known == null) {
            throw new IllegalArgumentException(name + " does not answer " + point);
        }
        return known;
    }

    /** A call was given up, and its child has not come back. */
    void hangs() {
        hanging.incrementAndGet();
    }

    /** Whether a call was given up that has not come back. */
    boolean isHanging() {
        return hanging.get() > 0;
    }

    /** A child came back from a call that was given up. */
    void hangsNoMore() {
        hanging.decrementAndGet();
    }

    /**
     * Whether there is no use in a call.
     *
     * @param most how many children it may hold
     */
    boolean isBarred(int most) {
        return hanging.get() >= most || breaker.rests(System.nanoTime());
    }

    /** From now on it is passed over for good. */
    public void condemn() {
        breaker.condemn();
    }

    Breaker breaker() {
        return breaker;
    }

    Share share() {
        return share;
    }

    private static boolean isMarkedNonBlocking(Object plugin, HookPoint point) {
        if (plugin.getClass().isAnnotationPresent(NonBlocking.class)) {
            return true;
        }
        return Arrays.stream(point.type().getMethods())
                .filter(method -> !method.isDefault())
                .anyMatch(method -> isMarked(plugin, method));
    }

    private static boolean isMarked(Object plugin, Method declared) {
        try {
            return plugin.getClass()
                    .getMethod(declared.getName(), declared.getParameterTypes())
                    .isAnnotationPresent(NonBlocking.class);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
