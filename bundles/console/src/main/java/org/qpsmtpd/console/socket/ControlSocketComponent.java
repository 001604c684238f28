package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.felix.service.command.CommandProcessor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.console.command.Servers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the socket that the framework property {@value #SOCKET} names, if it names one. */
@Component(
        service = {},
        immediate = true)
public final class ControlSocketComponent {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocketComponent.class);
    private static final String SOCKET = "org.qpsmtpd.console_socket";
    private static final String CONFIG = "org.qpsmtpd.config_dir";
    private static final Duration IDLE = Duration.ofHours(1);

    private final @Nullable ControlSocket socket;

    /** A socket that cannot be opened is logged; the server goes on without it. */
    @Activate
    public ControlSocketComponent(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference Servers servers) {
        @Nullable String path = context.getProperty(SOCKET);
        @Nullable String config = context.getProperty(CONFIG);
        socket =
                path == null || path.isEmpty()
                        ? null
                        : open(
                                Path.of(path),
                                new Shell(
                                        processor,
                                        servers,
                                        Optional.ofNullable(config).map(Path::of)));
    }

    private static @Nullable ControlSocket open(Path path, Shell shell) {
        try {
            return ControlSocket.open(path, shell, IDLE);
        } catch (IOException e) {
            LOG.warn("no console at {}: {}", path, e.getMessage());
        } catch (NoClassDefFoundError e) {
            LOG.warn("no console at {}: this framework keeps the package jdk.net to itself", path);
        }
        return null;
    }

    @Deactivate
    void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }
}
