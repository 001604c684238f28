package org.qpsmtpd.core.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.generation.Generations;
import org.qpsmtpd.core.generation.InstanceFactory;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.worker.MemoryWatch;
import org.qpsmtpd.core.worker.ThreadWatch;

/**
 * A server whose plugins come from the framework around it. Builds the first generation of plugins,
 * then lets connections in; builds the next generation when bundles, configurations or
 * config/plugins changed or somebody asked for it. All of that happens on one thread of its own.
 */
final class FrameworkServer {
    private static final long QUIET_MILLIS = 200;
    private static final long WATCH_MILLIS = 500;
    private static final int LOOKS_PER_THREAD_CHECK = 10;

    /** More than draining and giving back plugins take; only a hang lasts so long. */
    private static final long END_SECONDS = 50;

    private static final long CONTROL_SECONDS = 3;

    private final Surroundings around;
    private final ServerOptions options;
    private final LogRouter log;
    private final boolean hostGoesOn;
    private final ConfigDirectory config;
    private final ServerServices services;
    private final InstanceFactory factory;
    private final Generations generations;
    private final CommandServices commands;
    private final ThreadWatch threads;
    private final MemoryWatch memory;
    private final Checks checks;
    private final OwnCheck ownCheck;
    private final AtomicBoolean renewalDue = new AtomicBoolean();
    private final AtomicBoolean checkDue = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean drained = new AtomicBoolean();
    private final BundleListener bundleListener = this::bundleChanged;
    private final List<ServiceRegistration<?>> registered = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService control;

    private long looks;
    private volatile @Nullable SmtpServer server;

    /**
     * Starts nothing yet.
     *
     * @param hostGoesOn whether the framework outlives the server
     */
    FrameworkServer(Surroundings around, ServerOptions options, LogRouter log, boolean hostGoesOn) {
        this.around = around;
        this.options = options;
        this.log = log;
        this.hostGoesOn = hostGoesOn;
        config = Surroundings.config(options, log);
        services = new ServerServices(around.context(), options, config);
        factory = around.factory(options, log);
        generations =
                new Generations(factory, config, log, around.exchange().join(this::renewSoon));
        commands = new CommandServices(around.context(), options.name(), log);
        checks = new Checks(options, factory, around.components(), generations);
        ownCheck =
                new OwnCheck(
                        config,
                        checks::files,
                        checks::own,
                        generations,
                        line -> log.log(LogLevel.WARN, line));
        log.speakers(generations::speaker);
        threads = new ThreadWatch(generations::ownerOf, generations::tooManyThreads);
        memory =
                new MemoryWatch(
                        generations::measureMemory,
                        generations::memoryTakers,
                        line -> log.log(LogLevel.CRIT, line));
        control =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, options.threadPrefix() + "control");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Starts soon. */
    void start(Entrance entrance) {
        control.execute(() -> run(entrance));
    }

    private void run(Entrance entrance) {
        if (closed.get()) {
            return;
        }
        try {
            services.open();
            around.openGate();
            renew();
            if (closed.get()) {
                return;
            }
            generations.onChange(this::renewSoon);
            config.onChange(this::fileChanged);
            around.context().addBundleListener(bundleListener);
            SmtpServer started =
                    new SmtpServer(
                            around.version(),
                            options,
                            config,
                            log,
                            generations::current,
                            services::resolver,
                            this::childStart);
            server = started;
            entrance.open(started);
            var unused =
                    control.scheduleWithFixedDelay(
                            this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
            announce(started);
            entrance.opened(started);
            checkSoon();
        } catch (IOException | RuntimeException | Error e) {
            // One that is closed meanwhile need not.
            if (!closed.get()) {
                log.log(LogLevel.EMERG, "the server cannot start: " + e);
            }
        }
    }

    /** Says what is wrong with the configuration and was not wrong, or not said, before. */
    private void checkSoon() {
        if (checkDue.compareAndSet(false, true)) {
            // Behind the next generation, which says of its lines what is wrong with them.
            submit(
                    () -> {
                        checkDue.set(false);
                        ownCheck.run();
                    },
                    2 * QUIET_MILLIS);
        }
    }

    private void announce(SmtpServer started) {
        register(ConfigurationListener.class, this::configurationChanged, Map.of());
        register(
                ServerControl.class,
                new Control(
                        around.version(),
                        started,
                        generations,
                        around.exchange(),
                        config,
                        log,
                        this::reload,
                        checks::of,
                        checks::takenFromElsewhere,
                        this::stop),
                Map.of(ServerControl.NAME, options.name()));
    }

    /** Only a launcher that made the framework for this server offers to stop it. */
    private boolean stop() {
        List<Runnable> stops = around.services(Runnable.class, "(org.qpsmtpd.launcher=stop)");
        if (!stops.isEmpty()) {
            log.log(LogLevel.NOTICE, "an administrator stops the server");
            // The console that was asked is still to answer.
            submit(() -> stops.forEach(Runnable::run), QUIET_MILLIS);
        }
        return !stops.isEmpty();
    }

    /** Registers a service for as long as the server is there. */
    <T> void register(Class<T> type, T service, Map<String, ?> properties) {
        registered.add(
                around.context()
                        .registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    private void childStart() {
        around.services(Runnable.class, "(org.qpsmtpd.child_priority=*)").forEach(Runnable::run);
    }

    private void watch() {
        if (!closed.get()) {
            guarded("the look for changes failed", this::look).run();
        }
    }

    private void look() {
        config.refresh();
        generations.retire();
        memory.check();
        looks++;
        if (looks % LOOKS_PER_THREAD_CHECK == 0) {
            threads.check();
        }
    }

    private void fileChanged(String name) {
        if (generations.dependOn(name)) {
            generations.reconsider();
            renewSoon();
        }
        checkSoon();
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

    /** Reads everything anew, soon. */
    CompletableFuture<List<String>> reload() {
        log.reopen();
        log.log(LogLevel.NOTICE, "reload");
        CompletableFuture<List<String>> outcome = new CompletableFuture<>();
        submit(
                () -> {
                    try {
                        config.reload();
                        generations.reconsider();
                        outcome.complete(renew());
                        checkSoon();
                    } catch (RuntimeException | Error e) {
                        outcome.completeExceptionally(e);
                        throw e;
                    }
                    log.log(
                            LogLevel.NOTICE,
                            "reload: generation " + generations.current().number() + " in use");
                },
                0);
        return outcome;
    }

    /** Configurations that the generations of a server made themselves are none of a change. */
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
            renew();
        }
    }

    /** What fails for want of a thread is tried again. */
    private List<String> renew() {
        List<String> sentences = generations.renew();
        commands.show(generations.current());
        long millis = generations.retryMillis();
        if (millis > 0) {
            submit(this::renewUnlessPatient, millis);
        }
        return sentences;
    }

    private void submit(Runnable work, long millis) {
        try {
            var unused =
                    control.schedule(
                            guarded("no new generation", work), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.log(LogLevel.DEBUG, "no change while shutting down");
        }
    }

    /** Whatever fails here is said, and what comes next is done nevertheless. */
    private Runnable guarded(String what, Runnable work) {
        return () -> {
            try {
                if (!closed.get()) {
                    work.run();
                }
            } catch (RuntimeException | Error e) {
                log.log(LogLevel.CRIT, what + ": " + e);
            }
        };
    }

    /** Stops accepting and lets what is in flight finish, within a bound; the plugins stay. */
    void drain() {
        closed.set(true);
        control.shutdownNow(); // a plugin that is being made is not waited for
        SmtpServer running = server;
        if (running != null && drained.compareAndSet(false, true)) {
            around.context().removeBundleListener(bundleListener);
            running.close();
        }
    }

    /** Drains, unless somebody did, and lets the plugins go; returns after a bounded time. */
    void end() {
        FutureTask<Boolean> end = new FutureTask<>(this::finish, true);
        try {
            Thread thread = new Thread(end, options.threadPrefix() + "end");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            end.run(); // no thread is to be had
        }
        try {
            end.get(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            log.log(LogLevel.CRIT, "the server did not end within " + END_SECONDS + " seconds");
        } catch (ExecutionException e) {
            log.log(LogLevel.CRIT, "the server did not end cleanly: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void finish() {
        drain();
        awaitControl();
        registered.forEach(ServerServices::unregister);
        commands.close();
        generations.close(hostGoesOn);
        services.close();
    }

    /** It has been interrupted, and nothing that it waits for takes no notice of that. */
    private void awaitControl() {
        try {
            if (!control.awaitTermination(CONTROL_SECONDS, TimeUnit.SECONDS)) {
                log.log(LogLevel.CRIT, "the control thread does not end, it is left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
