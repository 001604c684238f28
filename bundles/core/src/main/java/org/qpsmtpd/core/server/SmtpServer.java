package org.qpsmtpd.core.server;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.listener.Listener;
import org.qpsmtpd.core.listener.ListenerOptions;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.session.Engine;
import org.qpsmtpd.core.session.Introduction;
import org.qpsmtpd.core.worker.Children;

/** A server without a framework around it: sockets in, generations of plugins asked, mail out. */
public final class SmtpServer implements AutoCloseable {
    private static final long DRAIN_SECONDS = 30;

    private final Children children;
    private final Engine engine;
    private final Listener listener;
    private final LogRouter log;

    /**
     * A server that accepts nothing yet.
     *
     * @param version our version, for the greeting and the Received field
     * @param generation the set of plugins for a new session
     * @param resolver where host names are looked up, unless the options forbid it
     * @param atChildStart what each worker does first
     */
    public SmtpServer(
            String version,
            ServerOptions options,
            ConfigDirectory config,
            LogRouter log,
            Supplier<Generation> generation,
            Supplier<Optional<Resolver>> resolver,
            Runnable atChildStart) {
        this.log = log;
        children =
                new Children(
                        options.threadPrefix(),
                        options.children(),
                        options.idleChildren(),
                        options.prettyChild(),
                        atChildStart);
        children.onLack(line -> log.log(LogLevel.CRIT, line));
        Spool spool = new Spool(spoolDirectory(options, config));
        prepare(spool);
        engine =
                new Engine(
                        options.idPrefix(),
                        version,
                        config,
                        log,
                        children,
                        spool,
                        new SystemClock(),
                        generation,
                        options.noRdns() ? Optional::empty : resolver);
        listener =
                new Listener(
                        engine,
                        ListenerOptions.of(
                                options.threadPrefix(),
                                options.limitConnections(),
                                options.maxFromIp(),
                                options.children()),
                        this::overran);
    }

    /** A plugin that says that it never waits did: from now on it is called as one that may. */
    private void overran(Object plugin, Thread loop, long millis) {
        if (plugin instanceof PluginInstance instance && instance.demote()) {
            log.log(
                    LogLevel.CRIT,
                    "plugin "
                            + instance.name()
                            + " held up a connection's thread for "
                            + millis
                            + " ms although it is marked NonBlocking; it runs on a worker from now"
                            + " on");
        }
    }

    private static Path spoolDirectory(ServerOptions options, Config config) {
        String home = System.getProperty("user.home", "");
        return spoolSetting(config)
                .map(text -> text.startsWith("~/") ? home + text.substring(1) : text)
                .map(Path::of)
                .orElse(options.spoolDirectory());
    }

    private static Optional<String> spoolSetting(Config config) {
        try {
            return config.value(CoreFile.SPOOL_DIR.file());
        } catch (UncheckedIOException e) {
            return Optional.empty(); // reported with the generation of plugins
        }
    }

    private void prepare(Spool spool) {
        try {
            spool.prepare();
        } catch (IOException e) {
            log.log(
                    LogLevel.ERROR,
                    "spool directory: "
                            + e.getMessage()
                            + "; large messages are deferred with 451");
        }
    }

    /** Starts accepting on a bound socket. */
    public void accept(ServerSocketChannel socket) {
        listener.accept(socket);
    }

    /** Starts accepting on a Unix-domain socket what {@code bin/qpsmtpd --attach} hands over. */
    public void acceptAttached(ServerSocketChannel socket) {
        listener.acceptAttached(socket);
    }

    /**
     * Serves a connection that somebody else accepted.
     *
     * @param over runs once its session is over
     */
    public void serve(SocketChannel socket, Introduction introduction, Runnable over) {
        listener.serve(socket, introduction, over);
    }

    /** The addresses that connections are accepted on. */
    public List<InetSocketAddress> addresses() {
        return listener.addresses();
    }

    /** The addresses as {@code HOST:PORT}, an IPv6 address in brackets. */
    List<String> addressTexts() {
        return addresses().stream().map(SmtpServer::text).toList();
    }

    private static String text(InetSocketAddress address) {
        String host = NetUtil.toAddressString(address.getAddress());
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** What the sessions share. */
    public Engine engine() {
        return engine;
    }

    /** The workers. */
    public Children children() {
        return children;
    }

    /** Where connections are accepted and can be asked about, ended and held back. */
    public Listener listener() {
        return listener;
    }

    /** How many connections are open. */
    public int connections() {
        return listener.connections();
    }

    /** Stops accepting, lets what is in flight finish within a bound, and ends. */
    @Override
    public void close() {
        try {
            listener.drain(DRAIN_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listener.close();
        children.close();
    }
}
