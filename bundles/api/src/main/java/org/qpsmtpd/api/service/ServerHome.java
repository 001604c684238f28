package org.qpsmtpd.api.service;

import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.control.ServerControl;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A server of the process: its folders and its configuration. There may be several; the engine
 * gives each plugin that of its own server: references of plugins to this type, to {@link Resolver}
 * and to {@link Stores} that have no target of their own are aimed. As a service it has the
 * property {@link #SERVER}.
 *
 * <p>Whoever offers something for each server (a {@link Resolver}, {@link Stores}) follows these
 * services, and registers its own with the same property.
 */
@ProviderType
public interface ServerHome {
    /** Service property: the server's name; the same as that of the server's other services. */
    String SERVER = ServerControl.NAME;

    /**
     * A filter for the services of a server.
     *
     * @param name the server's name: letters, digits, {@code _}, {@code -} and {@code .}
     */
    static String filter(String name) {
        return "(" + SERVER + "=" + name + ")";
    }

    /** The server's name; {@code qpsmtpd} for the only one and for the main one. */
    String name();

    /** The configuration directories, the one that is looked at first being the first. */
    List<Path> configDirectories();

    /**
     * A folder for what a plugin keeps itself: the same after its bundle was replaced and after a
     * restart, another one for each server, writable by the server's user alone. Made when it is
     * not there.
     *
     * @param owner name of the plugin or service, such as {@code queue/spool}
     * @throws IOException when it cannot be made or used; the message names it and says why
     */
    Path state(String owner) throws IOException;

    /** The configuration as it is now, without a connection; not what {@code config} hooks say. */
    Config config();
}
