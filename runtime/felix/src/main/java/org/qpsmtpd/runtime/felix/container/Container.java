package org.qpsmtpd.runtime.felix.container;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.qpsmtpd.runtime.felix.home.Bundles;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.host.AccessListProbe;
import org.qpsmtpd.runtime.felix.report.FrameworkLog;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.socket.AttachSocket;
import org.qpsmtpd.runtime.felix.socket.BoundSocket;

/**
 * The OSGi framework with the bundles of the distribution in it, and the launcher's end of the
 * contract with the core. Only JDK types cross it:
 *
 * <ul>
 *   <li>to the core: each bound {@link ServerSocketChannel} as a service with {@value #LISTENER}
 *       set to its address, registered before any bundle starts; a {@link Runnable} with {@value
 *       #CHILD_PRIORITY}, if the process was reniced, which each worker thread runs once;
 *   <li>to the core, when there is one: the Unix-domain {@link ServerSocketChannel} of {@code
 *       bin/qpsmtpd --attach} with {@value #ATTACH} set to its path, registered as early;
 *   <li>to the core, when there is a single connection to serve: its {@link SocketChannel} with
 *       {@value #CONNECTION} and what is known of the client, and a {@link Runnable} with {@value
 *       #CONNECTION_OVER} that the core runs at its end;
 *   <li>to the core: a {@link Runnable} with {@value #LAUNCHER}{@code =stop} that begins to stop
 *       the process;
 *   <li>to the deploy folder: a {@link Predicate} of paths with {@value #LAUNCHER}{@code
 *       =access_lists}, by which it knows what access control lists let others write;
 *   <li>from the core: an {@link AutoCloseable} with {@value #SERVER}{@code =listening} once it
 *       accepts, whose {@code close} stops accepting and waits, within a bound, for what is in
 *       flight; a {@link Runnable} with {@value #COMMAND}{@code =reload}.
 * </ul>
 */
public final class Container {
    public static final String LISTENER = "org.qpsmtpd.listener";
    public static final String ATTACH = "org.qpsmtpd.attach";
    public static final String CONNECTION = "org.qpsmtpd.connection";
    public static final String CONNECTION_OVER = "org.qpsmtpd.connection_over";
    public static final String CHILD_PRIORITY = "org.qpsmtpd.child_priority";
    public static final String SERVER = "org.qpsmtpd.server";
    public static final String LAUNCHER = "org.qpsmtpd.launcher";
    public static final String COMMAND = "org.qpsmtpd.command";

    private static final Logger LOG = Logger.getLogger(Container.class.getName());

    private static final String LISTENING = "(" + SERVER + "=listening)";

    /** How long all bundles but the one that does not stop are waited for. */
    private static final long REST_MILLIS = 10_000;

    private final Framework framework;
    private final ClassPathConnector connector;
    private final CountDownLatch listening = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean leftAlone;

    /** When the server had finished what was in flight, as {@link System#nanoTime}; 0 before. */
    private volatile long drainedAt;

    private Container(Framework framework, ClassPathConnector connector) {
        this.framework = framework;
        this.connector = connector;
    }

    /**
     * Makes the framework; no bundle of ours is in it yet. The JDK is not to read which server a
     * client asks for: it breaks off when that is no host name. The core reads it.
     */
    public static Container create(Map<String, String> properties, ClassPathConnector connector)
            throws BundleException {
        System.setProperty("jdk.tls.server.disableExtensions", "server_name");
        Map<String, Object> all = new HashMap<>(properties);
        all.put("felix.log.logger", new FrameworkLog());
        // Felix takes objects in it, too.
        @SuppressWarnings("unchecked")
        Map<String, String> configuration = (Map<String, String>) (Map<String, ?>) all;
        Framework framework = new FrameworkFactory().newFramework(configuration, connector);
        Container container = new Container(framework, connector);
        container.framework.init();
        container.watch();
        container.offerAccessLists();
        return container;
    }

    /** Hands a bound socket to the core. */
    public void offer(BoundSocket listener) {
        register(ServerSocketChannel.class, listener.channel(), LISTENER, listener.address());
    }

    /** Hands the socket over on which clients of a super-server come. */
    public void offer(AttachSocket socket) {
        register(ServerSocketChannel.class, socket.channel(), ATTACH, socket.path().toString());
    }

    /** Hands a client's connection to the core; once it is over, the framework stops. */
    public void offerConnection(SocketChannel connection, Map<String, String> told) {
        Map<String, Object> properties = new HashMap<>(told);
        properties.put(CONNECTION, true);
        framework
                .getBundleContext()
                .registerService(
                        SocketChannel.class, connection, FrameworkUtil.asDictionary(properties));
        register(Runnable.class, this::stop, CONNECTION_OVER, true);
    }

    /** Hands over what stops the process; it must return at once. */
    public void offerStop(Runnable stop) {
        register(Runnable.class, stop, LAUNCHER, "stop");
    }

    /** Hands over what looks for access control lists. */
    private void offerAccessLists() {
        Predicate<Path> lists = AccessListProbe::isOn;
        register(Predicate.class, lists, LAUNCHER, "access_lists");
    }

    /** Hands over what each worker thread is to run once. */
    public void offerChildPriority(Runnable forEachWorker) {
        register(Runnable.class, forEachWorker, CHILD_PRIORITY, true);
    }

    /**
     * Starts the framework, then the bundles.
     *
     * @param stopAsked whether the server is to stop, so that no plugin is waited for
     * @throws StartFailure with status 1 when the framework or a bundle other than a plugin fails
     */
    public void start(Home home, Bundles wanted, BooleanSupplier stopAsked)
            throws IOException, BundleException, StartFailure, InterruptedException {
        framework.start();
        new Installation(framework.getBundleContext(), connector).start(home, wanted, stopAsked);
    }

    /**
     * Waits until the core accepts connections.
     *
     * @return false when the time is over or the framework stops before
     */
    public boolean awaitListening(Duration limit) throws InterruptedException {
        return listening.await(limit.toMillis(), TimeUnit.MILLISECONDS) && !stopping;
    }

    /** Whether the framework is on its way down. */
    public boolean isStopping() {
        return stopping;
    }

    /** Asks the core for a new generation of plugins and configuration. */
    public void reload() {
        if (!call(Runnable.class, "(" + COMMAND + "=reload)", Runnable::run)) {
            LOG.warning("SIGHUP came before the server could reload: it is ignored");
        }
    }

    /** Begins to stop: the server finishes what is in flight, then the bundles go. */
    public void stop() {
        try {
            framework.stop();
        } catch (BundleException e) {
            LOG.log(Level.WARNING, "the framework does not stop", e);
        }
    }

    /**
     * Waits until the framework has stopped, whoever asked for it; no longer than said.
     *
     * @return whether it has stopped
     */
    public boolean awaitStop(Duration limit) throws InterruptedException {
        return framework.waitForStop(limit.toMillis()).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }

    /** How long the bundles have been stopping since the server finished what was in flight. */
    public Duration lingersFor() {
        long since = drainedAt;
        return since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    /** Whether a bundle was left alone that does not stop. */
    public boolean isLeftAlone() {
        return leftAlone;
    }

    /**
     * The framework stops bundles one after the other, the last one first, and waits for one that
     * does not end: that is named, and the others are stopped without it, each for a moment at
     * most.
     */
    public void leaveAlone(Consumer<String> log) throws InterruptedException {
        leftAlone = true;
        List<Bundle> bundles = new ArrayList<>(List.of(framework.getBundleContext().getBundles()));
        bundles.removeIf(bundle -> bundle.getBundleId() == 0 || !isRunning(bundle));
        bundles.sort(Comparator.comparing(Bundle::getBundleId).reversed());
        if (bundles.isEmpty()) {
            log.accept("The framework does not stop, it is left alone");
            return;
        }
        Bundle first = bundles.remove(0);
        log.accept(
                "Bundle "
                        + first.getSymbolicName()
                        + (first.getState() == Bundle.STARTING
                                ? " is still starting and cannot be stopped"
                                : " does not stop")
                        + ": it is left alone");
        Thread rest = new Thread(() -> bundles.forEach(Container::stopQuietly), "stop rest");
        rest.setDaemon(true);
        rest.start();
        rest.join(REST_MILLIS);
    }

    private static boolean isRunning(Bundle bundle) {
        return (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING)) != 0;
    }

    private static void stopQuietly(Bundle bundle) {
        try {
            if (isRunning(bundle)) {
                bundle.stop(Bundle.STOP_TRANSIENT);
            }
        } catch (BundleException | RuntimeException | LinkageError e) {
            LOG.log(Level.FINE, bundle.getSymbolicName() + " did not stop cleanly", e);
        }
    }

    /** The bundle in whose jar a class is. */
    public Optional<String> bundleOf(String className) {
        BundleContext context = framework.getBundleContext();
        String entry = className.replace('.', '/') + ".class";
        for (Bundle bundle : context == null ? new Bundle[0] : context.getBundles()) {
            boolean installed = bundle.getBundleId() != 0 && isRunning(bundle);
            if (installed && bundle.getEntry(entry) != null) {
                return Optional.of(bundle.getSymbolicName());
            }
        }
        return Optional.empty();
    }

    private void watch() {
        BundleContext context = framework.getBundleContext();
        context.addBundleListener(
                (SynchronousBundleListener)
                        event -> {
                            if (event.getType() == BundleEvent.STOPPING
                                    && event.getBundle().getBundleId() == 0) {
                                drain();
                            }
                        });
        try {
            context.addServiceListener(
                    event -> {
                        if (event.getType() == ServiceEvent.REGISTERED) {
                            listening.countDown();
                        }
                    },
                    LISTENING);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void drain() {
        stopping = true;
        listening.countDown();
        try {
            call(AutoCloseable.class, LISTENING, Container::close);
        } finally {
            drainedAt = System.nanoTime();
        }
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) { // AutoCloseable declares no narrower one
            LOG.log(Level.WARNING, "the server did not end cleanly", e);
        }
    }

    private <T> boolean call(Class<T> type, String filter, Consumer<T> action) {
        BundleContext context = framework.getBundleContext();
        List<ServiceReference<T>> references;
        try {
            references = List.copyOf(context.getServiceReferences(type, filter));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        for (ServiceReference<T> reference : references) {
            T service = context.getService(reference);
            if (service != null) {
                action.accept(service);
                context.ungetService(reference);
            }
        }
        return !references.isEmpty();
    }

    private <T> void register(Class<T> type, T service, String key, Object value) {
        Map<String, Object> properties = Map.of(key, value);
        framework
                .getBundleContext()
                .registerService(type, service, FrameworkUtil.asDictionary(properties));
    }
}
