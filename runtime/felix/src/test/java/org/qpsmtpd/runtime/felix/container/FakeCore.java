package org.qpsmtpd.runtime.felix.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * The core's end of the contract: takes the sockets, registers its two services, and writes one
 * line for each event to the file that the framework property {@value #EVENTS} names.
 */
public final class FakeCore implements BundleActivator {
    static final String EVENTS = "test.events";

    @Override
    public void start(BundleContext context) throws Exception {
        Path events = Path.of(context.getProperty(EVENTS));
        for (ServiceReference<ServerSocketChannel> socket :
                context.getServiceReferences(
                        ServerSocketChannel.class, "(org.qpsmtpd.listener=*)")) {
            write(events, "listening " + socket.getProperty("org.qpsmtpd.listener"));
        }
        Runnable reload = () -> write(events, "reload");
        context.registerService(
                Runnable.class,
                reload,
                FrameworkUtil.asDictionary(Map.of("org.qpsmtpd.command", "reload")));
        AutoCloseable server = () -> write(events, "close");
        context.registerService(
                AutoCloseable.class,
                server,
                FrameworkUtil.asDictionary(Map.of("org.qpsmtpd.server", "listening")));
    }

    @Override
    public void stop(BundleContext context) {
        write(Path.of(context.getProperty(EVENTS)), "stop");
    }

    private static void write(Path events, String line) {
        try {
            Files.writeString(events, line + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
