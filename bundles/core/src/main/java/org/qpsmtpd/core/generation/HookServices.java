package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.core.chain.Aside;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.TimeLimit;
import org.qpsmtpd.core.log.LogRouter;

/**
 * The services of hooks, as they come and go. A service that goes while it is in use waits in its
 * going for the calls in flight; when it returns, the calls that wait for it go on.
 */
final class HookServices {
    private static final String HOOKS = "(objectClass=org.qpsmtpd.api.hook.*)";
    private static final String NAME = Plugin.PREFIX_ + "name";
    private static final String BEFORE = Plugin.PREFIX_ + "before";
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final BundleContext context;
    private final String server;
    private final LogRouter log;
    private final ServiceListener listener = this::changed;
    private final Map<String, Following> followed = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<ServiceReference<?>>> awaited =
            new ConcurrentHashMap<>();
    private volatile Runnable onChange = () -> {};

    /** An instance and the service behind it; null while that is away. */
    private static final class Following {
        private final Made made;
        private volatile @Nullable ServiceReference<?> reference;

        Following(Made made, ServiceReference<?> reference) {
            this.made = made;
            this.reference = reference;
        }
    }

    HookServices(BundleContext context, String server, LogRouter log) {
        this.context = context;
        this.server = server;
        this.log = log;
        try {
            context.addServiceListener(listener, HOOKS);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls back when a service of a plugin has come or gone by itself. */
    void onChange(Runnable action) {
        onChange = action;
    }

    /** What tells the services of instances apart. */
    static String id(ServiceReference<?> reference) {
        Object instance = reference.getProperty(Made.INSTANCE);
        return instance == null
                ? name(reference)
                        + "@"
                        + reference.getBundle()
                        + Arrays.toString((Object[]) reference.getProperty(Constants.OBJECTCLASS))
                : instance.toString();
    }

    /** The plugin's name that a service states, or the name of its bundle. */
    static String name(ServiceReference<?> reference) {
        Object name = reference.getProperty(NAME);
        Bundle bundle = reference.getBundle();
        if (name == null && bundle != null) {
            name = bundle.getSymbolicName();
        }
        return String.valueOf(name);
    }

    /** The plugins that a service says it stands before. */
    static List<String> before(ServiceReference<?> reference) {
        return PluginCatalog.texts(reference.getProperty(BEFORE));
    }

    /**
     * The services that bundles registered by themselves for this server or for all, in the order
     * of registration.
     */
    List<ServiceReference<?>> plain() {
        List<ServiceReference<?>> found = new ArrayList<>();
        try {
            ServiceReference<?>[] all = context.getServiceReferences((String) null, HOOKS);
            for (ServiceReference<?> reference : all == null ? new ServiceReference<?>[0] : all) {
                if (isPlain(reference) && isMeant(reference) && reference.getBundle() != null) {
                    found.add(reference);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        found.sort((a, b) -> Long.compare(number(a), number(b)));
        return found;
    }

    private static long number(ServiceReference<?> reference) {
        return (Long) reference.getProperty(Constants.SERVICE_ID);
    }

    private static boolean isPlain(ServiceReference<?> reference) {
        return reference.getProperty(Made.INSTANCE) == null
                && reference.getProperty("component.name") == null;
    }

    private boolean isMeant(ServiceReference<?> reference) {
        return ServerNames.of(reference.getProperty(ServerNames.PROPERTY)).include(server);
    }

    /** Completes with the service of an instance that is being made. */
    CompletableFuture<ServiceReference<?>> await(String id) {
        CompletableFuture<ServiceReference<?>> registered = new CompletableFuture<>();
        awaited.put(id, registered);
        return registered;
    }

    void forget(String id) {
        awaited.remove(id);
    }

    /** The service object, which the call may have to build; null when that fails. */
    @Nullable Object get(ServiceReference<?> reference) throws PluginFault {
        AtomicBoolean late = new AtomicBoolean();
        try {
            return TimeLimit.within(
                            () -> {
                                Object service = context.getService(reference);
                                if (service != null && late.get()) {
                                    context.ungetService(reference);
                                }
                                return Optional.ofNullable(service);
                            })
                    .orElse(null);
        } catch (PluginFault e) {
            late.set(true);
            throw e;
        }
    }

    /** Follows an instance's service from now on. */
    void follow(String id, Made made, ServiceReference<?> reference) {
        awaited.remove(id);
        followed.put(id, new Following(made, reference));
    }

    /** Gives an instance's service back. */
    void release(Made made) {
        followed.values()
                .removeIf(
                        following -> {
                            boolean mine = following.made.instance().equals(made.instance());
                            ServiceReference<?> reference = following.reference;
                            if (mine && reference != null) {
                                context.ungetService(reference);
                            }
                            return mine;
                        });
    }

    void close() {
        context.removeServiceListener(listener);
    }

    private void changed(ServiceEvent event) {
        ServiceReference<?> reference = event.getServiceReference();
        switch (event.getType()) {
            case ServiceEvent.REGISTERED -> registered(reference);
            case ServiceEvent.UNREGISTERING -> unregistering(reference);
            default -> {
                // a change of properties is none of the service
            }
        }
    }

    private void registered(ServiceReference<?> reference) {
        String id = id(reference);
        CompletableFuture<ServiceReference<?>> waiting = awaited.remove(id);
        if (waiting != null) {
            waiting.complete(reference);
            return;
        }
        Following following = followed.get(id);
        if (following != null && following.reference == null) {
            // Built on a thread of its own: whoever registers must not wait for a constructor.
            Aside.soon("plugin-return", () -> arrive(following, reference));
        } else if (isPlain(reference)) {
            onChange.run();
        }
    }

    private void arrive(Following following, ServiceReference<?> reference) {
        PluginInstance instance = following.made.instance();
        try {
            Object plugin = get(reference);
            if (plugin == null) {
                log.log(LogLevel.ERROR, "plugin " + instance + " came back and does not start");
            } else {
                following.reference = reference;
                instance.arrive(plugin);
                log.log(LogLevel.NOTICE, "plugin " + instance + " is back");
            }
        } catch (PluginFault e) {
            log.log(LogLevel.ERROR, "plugin " + instance + " came back: " + e.getMessage());
            if (e.isPassing()) {
                Aside.later("plugin-return", () -> arrive(following, reference));
                return;
            }
        }
        onChange.run();
    }

    private void unregistering(ServiceReference<?> reference) {
        for (Following following : followed.values()) {
            if (reference.equals(following.reference)) {
                depart(following, reference);
            }
        }
    }

    private void depart(Following following, ServiceReference<?> reference) {
        PluginInstance instance = following.made.instance();
        log.log(LogLevel.NOTICE, "plugin " + instance + " is going, its calls are waited for");
        following.reference = null;
        if (!instance.depart(DRAIN_NANOS)) {
            log.log(
                    LogLevel.WARN,
                    "plugin "
                            + instance
                            + " is stopped while "
                            + instance.running()
                            + " calls have not come back");
        }
        context.ungetService(reference);
        onChange.run();
    }
}
