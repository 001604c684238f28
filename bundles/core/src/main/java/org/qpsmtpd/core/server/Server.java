package org.qpsmtpd.core.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.chain.ConfigCheck;
import org.qpsmtpd.core.chain.Generations;
import org.qpsmtpd.core.chain.InstalledPlugins;
import org.qpsmtpd.core.chain.InstanceFactory;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.Gate;
import org.qpsmtpd.core.log.JulBridge;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.session.Introduction;
import org.qpsmtpd.core.worker.ThreadWatch;

/**
 * The server in its framework. Builds the first generation of plugins, then accepts on the sockets
 * that the launcher bound, or binds them itself; builds the next generation when bundles or
 * config/plugins changed or somebody asked for it.
 *
 * <p>Tells the launcher by services of JDK types: an {@link AutoCloseable} with {@code
 * org.qpsmtpd.server=listening} while it accepts, whose close drains; a {@link Runnable} with
 * {@code org.qpsmtpd.command=reload}. Stops the process by a {@link Runnable} of the launcher's
 * with {@code org.qpsmtpd.launcher=stop}, where there is one.
 */
@Component(
        immediate = true,
        service = {})
public final class Server {
    private static final long QUIET_MILLIS = 200;
    private static final long WATCH_MILLIS = 500;
    private static final int LOOKS_PER_THREAD_CHECK = 10;
    private static final int BACKLOG = 1024;

    private final BundleContext context;
    private final LogRouter log = new LogRouter(System.err);
    private final JulBridge bridge = new JulBridge(log);
    private final ServerOptions options;
    private final ConfigDirectory config;
    private final Patterns patterns;
    private final ServiceComponentRuntime components;
    private final InstanceFactory factory;
    private final Generations generations;
    private final ThreadWatch threads;
    private final AtomicBoolean renewalDue = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final BundleListener bundleListener = this::bundleChanged;
    private final ScheduledExecutorService control =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "control");
                        thread.setDaemon(true);
                        return thread;
                    });

    private long looks;
    private volatile @Nullable Resolver resolver;
    private volatile @Nullable SmtpServer server;

    /**
     * Starts nothing yet.
     *
     * @param patterns plugins need it, too, so it must be there before the first of them is made
     */
    @Activate
    public Server(
            BundleContext context,
            @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime components,
            @Reference MetaTypeService metatypes,
            @Reference Patterns patterns) {
        this.context = context;
        options = ServerOptions.of(context::getProperty);
        config = new ConfigDirectory(options.configDirectories(), log);

        this.patterns = patterns;
        this.components = components;
        factory = new InstanceFactory(context, configurations, components, metatypes, log);
        generations = new Generations(factory, config, log);
        threads = new ThreadWatch(generations::ownerOf, generations::tooManyThreads);
    }

    /** Begins when the references are there that may change. */
    @Activate
    void activate() {
        control.execute(this::start);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setResolver(Resolver newResolver) {
        resolver = newResolver;
    }

    void unsetResolver(Resolver oldResolver) {
        if (oldResolver.equals(resolver)) {
            resolver = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setSource(BundleSource newSource) {
        generations.setSource(newSource);
        renewSoon();
    }

    void unsetSource(BundleSource oldSource) {
        // what it brought stays in use until it is there again, maybe updated
    }

    private void start() {
        try {
            generations.renew();
            generations.onChange(this::renewSoon);
            config.onChange(this::fileChanged);
            context.addBundleListener(bundleListener);
            SmtpServer started =
                    new SmtpServer(
                            context.getBundle().getVersion().toString(),
                            options,
                            config,
                            log,
                            generations::current,
                            () -> Optional.ofNullable(resolver),
                            this::childStart);
            server = started;
            Collection<ServiceReference<SocketChannel>> connections = connections();
            if (connections.isEmpty()) {
                for (ServerSocketChannel socket : sockets()) {
                    started.accept(socket);
                }
                services(ServerSocketChannel.class, "(org.qpsmtpd.attach=*)")
                        .forEach(started::acceptAttached);
            }
            for (ServiceReference<SocketChannel> connection : connections) {
                serve(started, connection);
            }
            var unused =
                    control.scheduleWithFixedDelay(
                            this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
            announce(started);
        } catch (IOException | RuntimeException | LinkageError e) {
            log.log(LogLevel.EMERG, "the server cannot start: " + e);
        }
    }

    private void announce(SmtpServer started) {
        String[] addresses = started.addressTexts().toArray(String[]::new);
        Runnable reload =
                () -> {
                    var unused = reload();
                };
        register(Runnable.class, reload, Map.of("org.qpsmtpd.command", "reload"));
        register(Gate.class, this::renewSoon, Map.of());
        register(ConfigurationListener.class, this::configurationChanged, Map.of());
        register(
                ServerControl.class,
                new Control(
                        context.getBundle().getVersion().toString(),
                        started,
                        generations,
                        config,
                        log,
                        this::reload,
                        this::check,
                        this::stop),
                Map.of(ServerControl.NAME, "qpsmtpd"));
        Map<String, Object> properties =
                Map.of("org.qpsmtpd.server", "listening", "org.qpsmtpd.listen", addresses);
        AutoCloseable closing = this::close;
        register(AutoCloseable.class, closing, properties);
    }

    private <T> void register(Class<T> type, T service, Map<String, ?> properties) {
        context.registerService(type, service, FrameworkUtil.asDictionary(properties));
    }

    /** Only a launcher that made the framework for this server offers to stop it. */
    private boolean stop() {
        List<Runnable> stops = services(Runnable.class, "(org.qpsmtpd.launcher=stop)");
        if (!stops.isEmpty()) {
            log.log(LogLevel.NOTICE, "an administrator stops the server");
            // The console that was asked is still to answer.
            submit(() -> stops.forEach(Runnable::run), QUIET_MILLIS);
        }
        return !stops.isEmpty();
    }

    private void childStart() {
        services(Runnable.class, "(org.qpsmtpd.child_priority=*)").forEach(Runnable::run);
    }

    private List<ServerSocketChannel> sockets() throws IOException {
        List<ServerSocketChannel> given =
                services(ServerSocketChannel.class, "(org.qpsmtpd.listener=*)");
        return given.isEmpty() ? bind() : given;
    }

    private Collection<ServiceReference<SocketChannel>> connections() {
        try {
            return context.getServiceReferences(SocketChannel.class, "(org.qpsmtpd.connection=*)");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Serves a connection that the launcher was started for; tells the launcher when it is over.
     */
    private void serve(SmtpServer started, ServiceReference<SocketChannel> reference)
            throws IOException {
        SocketChannel socket = context.getService(reference);
        if (socket != null) {
            Introduction introduction =
                    Introduction.of(
                            name -> (String) reference.getProperty("org.qpsmtpd." + name),
                            socket.getRemoteAddress(),
                            socket.getLocalAddress());
            Runnable over =
                    () ->
                            services(Runnable.class, "(org.qpsmtpd.connection_over=*)")
                                    .forEach(Runnable::run);
            started.serve(socket, introduction, over);
        }
    }

    private List<ServerSocketChannel> bind() throws IOException {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        for (String address : options.listen()) {
            int colon = address.lastIndexOf(':');
            String host = colon < 0 ? "" : address.substring(0, colon).replaceAll("[\\[\\]]", "");
            String port = address.substring(colon + 1);
            int number = port.isEmpty() ? 2525 : Integer.parseInt(port);
            ServerSocketChannel socket = ServerSocketChannel.open();
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(
                    host.isEmpty()
                            ? new InetSocketAddress(number)
                            : new InetSocketAddress(host, number),
                    BACKLOG);
            sockets.add(socket);
        }
        return sockets;
    }

    private <T> List<T> services(Class<T> type, String filter) {
        try {
            Collection<ServiceReference<T>> references = context.getServiceReferences(type, filter);
            List<T> found = new ArrayList<>();
            for (ServiceReference<T> reference : references) {
                T service = context.getService(reference);
                if (service != null) {
                    found.add(service);
                }
            }
            return found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- changes

    private void watch() {
        config.refresh();
        generations.retire();
        looks++;
        if (looks % LOOKS_PER_THREAD_CHECK == 0) {
            threads.check();
        }
    }

    private void fileChanged(String name) {
        if (Generations.CORE_FILES.contains(name)) {
            generations.reconsider();
            renewSoon();
        }
    }

    private void bundleChanged(BundleEvent event) {
        switch (event.getType()) {
            case BundleEvent.STARTED,
                    BundleEvent.STOPPED,
                    BundleEvent.UPDATED,
                    BundleEvent.UNINSTALLED ->
                    renewSoon();
            default -> {
                // only these change which plugins there are
            }
        }
    }

    private CompletableFuture<List<String>> reload() {
        log.log(LogLevel.NOTICE, "reload");
        CompletableFuture<List<String>> outcome = new CompletableFuture<>();
        submit(
                () -> {
                    config.reload();
                    generations.reconsider();
                    outcome.complete(generations.renew());
                    log.log(
                            LogLevel.NOTICE,
                            "reload: generation " + generations.current().number() + " in use");
                },
                0);
        return outcome;
    }

    private List<String> check(Path directory) {
        return ConfigCheck.check(
                directory,
                options.usualDirectories(),
                new InstalledPlugins(factory, components),
                patterns);
    }

    /** Configurations that the generations made themselves are none of a change. */
    private void configurationChanged(ConfigurationEvent event) {
        if (event.getFactoryPid() != null && !generations.made(event.getPid())) {
            renewSoon();
        }
    }

    /** Several changes close together make one generation. */
    private void renewSoon() {
        if (renewalDue.compareAndSet(false, true)) {
            submit(
                    () -> {
                        renewalDue.set(false);
                        renewUnlessPatient();
                    },
                    QUIET_MILLIS);
        }
    }

    /** A plugin that is being updated in place is waited for; its return asks again. */
    private void renewUnlessPatient() {
        long patience = generations.patienceMillis();
        if (patience > 0) {
            submit(this::renewUnlessPatient, patience);
        } else {
            generations.renew();
        }
    }

    private void submit(Runnable work, long millis) {
        try {
            Runnable guarded =
                    () -> {
                        try {
                            if (!closed.get()) {
                                work.run();
                            }
                        } catch (RuntimeException e) {
                            log.log(LogLevel.CRIT, "no new generation: " + e);
                        }
                    };
            var unused = control.schedule(guarded, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.log(LogLevel.DEBUG, "no change while shutting down");
        }
    }

    // ---- end

    private void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        context.removeBundleListener(bundleListener);
        control.shutdown();
        SmtpServer running = server;
        if (running != null) {
            running.close();
        }
    }

    /** Drains, unless the launcher did, and lets the plugins go. */
    @Deactivate
    void deactivate() {
        close();
        generations.close();
        bridge.close();
    }
}
