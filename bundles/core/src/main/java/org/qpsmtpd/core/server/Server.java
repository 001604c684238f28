package org.qpsmtpd.core.server;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.core.log.JulBridge;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.StreamLog;
import org.qpsmtpd.core.session.Introduction;

/**
 * The server of the launcher, which has the process for itself; without the launcher there is none.
 * Accepts on the sockets that the launcher bound, or binds them itself, or serves the one
 * connection that it was started for.
 *
 * <p>Tells the launcher by services of JDK types: an {@link AutoCloseable} with {@code
 * org.qpsmtpd.server=listening} while it accepts, whose close drains; a {@link Runnable} with
 * {@code org.qpsmtpd.command=reload}. Stops the process by a {@link Runnable} of the launcher's
 * with {@code org.qpsmtpd.launcher=stop}.
 */
@Component(
        immediate = true,
        service = {})
public final class Server {
    private static final long EXIT_MILLIS = 1000;

    private final Surroundings around;
    private @Nullable LogRouter router;
    private @Nullable Thread lastLines;
    private @Nullable JulBridge bridge;
    private @Nullable FrameworkServer server;

    /** Starts in the background. */
    @Activate
    public Server(@Reference Surroundings around) {
        this.around = around;
        if (around.isLaunched()) {
            LogRouter log = new LogRouter(new StreamLog(System.err));
            router = log;
            lastLines = writeAtExit(log);
            bridge = new JulBridge(log);
            ServerOptions options = ServerOptions.of(around.context()::getProperty);
            FrameworkServer starting = new FrameworkServer(around, options, log, false);
            server = starting;
            starting.start(new Launched(options, starting));
        }
    }

    /** Whoever exits the process, what was said before is written. */
    private static Thread writeAtExit(LogRouter log) {
        Thread hook = new Thread(() -> log.flush(EXIT_MILLIS), "log-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    /** Drains, unless the launcher did, and lets the plugins go. */
    @Deactivate
    void deactivate() {
        FrameworkServer running = server;
        if (running != null) {
            running.end();
        }
        JulBridge opened = bridge;
        if (opened != null) {
            opened.close();
        }
        LogRouter log = router;
        Thread hook = lastLines;
        if (log != null && hook != null) {
            log.close();
            forget(hook);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending
        }
    }

    /** What the launcher hands over. */
    private final class Launched implements Entrance {
        private final ServerOptions options;
        private final FrameworkServer starting;

        Launched(ServerOptions options, FrameworkServer starting) {
            this.options = options;
            this.starting = starting;
        }

        @Override
        public void open(SmtpServer started) throws IOException {
            Collection<ServiceReference<SocketChannel>> connections =
                    around.references(SocketChannel.class, "(org.qpsmtpd.connection=*)");
            if (connections.isEmpty()) {
                for (ServerSocketChannel socket : sockets()) {
                    started.accept(socket);
                }
                around.services(ServerSocketChannel.class, "(org.qpsmtpd.attach=*)")
                        .forEach(started::acceptAttached);
            }
            for (ServiceReference<SocketChannel> connection : connections) {
                serve(started, connection);
            }
        }

        @Override
        public void opened(SmtpServer started) {
            String[] addresses = started.addressTexts().toArray(String[]::new);
            Runnable reload =
                    () -> {
                        var unused = starting.reload();
                    };
            starting.register(Runnable.class, reload, Map.of("org.qpsmtpd.command", "reload"));
            Map<String, Object> properties =
                    Map.of("org.qpsmtpd.server", "listening", "org.qpsmtpd.listen", addresses);
            AutoCloseable closing = starting::drain;
            starting.register(AutoCloseable.class, closing, properties);
        }

        private List<ServerSocketChannel> sockets() throws IOException {
            List<ServerSocketChannel> given =
                    around.services(ServerSocketChannel.class, "(org.qpsmtpd.listener=*)");
            return given.isEmpty() ? bind() : given;
        }

        private List<ServerSocketChannel> bind() throws IOException {
            List<ServerSocketChannel> sockets = new ArrayList<>();
            for (String address : options.listen()) {
                sockets.add(BindAddress.parse(address, BindAddress.USUAL_PORT).bind());
            }
            return sockets;
        }

        /**
         * Serves a connection that the launcher was started for; tells the launcher when it is
         * over.
         */
        private void serve(SmtpServer started, ServiceReference<SocketChannel> reference)
                throws IOException {
            SocketChannel socket = around.context().getService(reference);
            if (socket != null) {
                Introduction introduction =
                        Introduction.of(
                                name -> (String) reference.getProperty("org.qpsmtpd." + name),
                                socket.getRemoteAddress(),
                                socket.getLocalAddress());
                Runnable over =
                        () ->
                                around.services(Runnable.class, "(org.qpsmtpd.connection_over=*)")
                                        .forEach(Runnable::run);
                started.serve(socket, introduction, over);
            }
        }
    }
}
