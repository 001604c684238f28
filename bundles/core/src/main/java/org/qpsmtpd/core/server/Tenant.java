package org.qpsmtpd.core.server;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.log.HostLog;
import org.qpsmtpd.core.log.LogRouter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server in a host, from its configuration to its end. When an address is in use or the
 * configuration directory is not there, that is said once and tried again for two minutes, long
 * enough for what is just being stopped or unpacked; then the server stays off until its
 * configuration changes.
 */
final class Tenant {
    private static final long PAUSE_SECONDS = 3;
    private static final int MOST_ATTEMPTS = 40;

    private final Surroundings around;
    private final HostConfiguration configuration;
    private final HostState state;
    private final Logger logger;
    private final CompletableFuture<Void> free;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final CompletableFuture<Void> ended;
    private final ScheduledExecutorService life;

    /** Bound, and not yet those of a listener. */
    private volatile List<ServerSocketChannel> bound = List.of();

    private int attempts;
    private @Nullable FrameworkServer server;
    private @Nullable LogRouter router;
    private volatile boolean ending;

    /**
     * Starts nothing yet.
     *
     * @param free completes when the server before it, of the same name, has ended
     * @param state is told how far this one is
     */
    Tenant(
            Surroundings around,
            HostConfiguration configuration,
            CompletableFuture<Void> free,
            HostState state) {
        this.around = around;
        this.state = state;
        this.configuration = configuration;
        this.free = free;
        ServerOptions options = configuration.options();
        logger =
                LoggerFactory.getLogger(
                        options.isOnly() ? "org.qpsmtpd" : "org.qpsmtpd." + options.name());
        ended = CompletableFuture.allOf(free, done);
        life =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, options.threadPrefix() + "start");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    String place() {
        return configuration.place();
    }

    private String name() {
        return configuration.options().name();
    }

    /** Starts in the background. */
    void begin() {
        configuration.remarks().forEach(logger::warn);
        state.starting(name());
        var unused = free.thenRun(() -> soon(0));
    }

    private synchronized void soon(long seconds) {
        if (!ending) {
            var unused = life.schedule(this::open, seconds, TimeUnit.SECONDS);
        }
    }

    private void open() {
        if (ending) {
            return;
        }
        try {
            Path directory = configuration.options().configDirectories().get(0);
            if (!Files.isDirectory(directory)) {
                throw new ConfigurationFault(
                        "config = '" + directory + "' cannot be: there is no such directory");
            }
            bound = bind();
            start();
        } catch (ConfigurationFault e) {
            complain(e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            logger.error("{}: the server cannot start: {}", place(), e.toString());
            state.failed(name(), place() + ": " + e);
        }
    }

    private void complain(@Nullable String what) {
        attempts++;
        state.failed(name(), place() + ": " + what);
        if (attempts > MOST_ATTEMPTS) {
            logger.error(
                    "{}: {}; given up, the server stays off until this configuration changes",
                    place(),
                    what);
            return;
        }
        if (attempts == 1) {
            logger.error(
                    "{}: {}; tried again for {} seconds",
                    place(),
                    what,
                    MOST_ATTEMPTS * PAUSE_SECONDS);
        }
        soon(PAUSE_SECONDS);
    }

    private List<ServerSocketChannel> bind() throws ConfigurationFault {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        for (String text : configuration.options().listen()) {
            BindAddress address = BindAddress.parse(text, BindAddress.USUAL_PORT);
            try {
                sockets.add(address.bind());
            } catch (IOException e) {
                sockets.forEach(Tenant::close);
                String why =
                        e instanceof UnknownHostException
                                ? "this host name has no address"
                                : e.getMessage();
                throw new ConfigurationFault("cannot listen on " + address + ": " + why);
            }
        }
        return sockets;
    }

    private static void close(ServerSocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void start() {
        ServerOptions options = configuration.options();
        if (configuration.debug()) {
            logger.info("{}: {}", place(), options);
        }
        LogRouter log = new LogRouter(new HostLog(logger), options.isOnly() ? "" : options.name());
        router = log;
        FrameworkServer starting = new FrameworkServer(around, options, log, true);
        server = starting;
        starting.start(
                new Entrance() {
                    @Override
                    public void open(SmtpServer started) {
                        bound.forEach(started::accept);
                        bound = List.of();
                    }

                    @Override
                    public void opened(SmtpServer started) {
                        state.accepting(name());
                        if (!configuration.quiet()) {
                            started.addressTexts()
                                    .forEach(text -> logger.info("Listening on {}", text));
                        }
                    }
                });
    }

    /** Drains and ends in the background; more than once is the same as once. */
    synchronized void end() {
        if (ending) {
            return;
        }
        ending = true;
        life.execute(this::finish);
        life.shutdown();
    }

    private void finish() {
        try {
            FrameworkServer running = server;
            if (running != null) {
                running.end();
                closeLog();
                logger.info("{}: the server has ended", place());
            }
            bound.forEach(Tenant::close);
        } finally {
            state.ended(name());
            done.complete(null);
        }
    }

    private void closeLog() {
        LogRouter log = router;
        if (log != null) {
            log.close();
        }
    }

    boolean isEnding() {
        return ending;
    }

    /** Completes when this server and the one before it have ended. */
    CompletableFuture<Void> ended() {
        return ended;
    }
}
