package org.qpsmtpd.api.control;

import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Shows and steers a server. A service, one for each server in the framework; the service property
 * {@value #NAME} tells them apart. All methods may be called from any thread but a connection's
 * own, and wait for an answer for at most a few seconds unless they say otherwise.
 */
@ProviderType
public interface ServerControl {
    /** Service property with the server's name; {@code qpsmtpd} for the only one. */
    String NAME = "org.qpsmtpd.server_name";

    /** How the server is doing. */
    ServerStatus status();

    /** The plugins of new sessions: one row for each hook and plugin, in the order of calls. */
    List<PluginStatus> plugins();

    /** The current set of plugins, and the earlier ones that sessions still use; newest first. */
    List<GenerationStatus> generations();

    /** The open connections, oldest first. */
    List<ConnectionStatus> connections();

    /**
     * Ends a connection with 421, whatever it is doing.
     *
     * @return false when there is no such connection
     */
    boolean kill(String connectionId);

    /**
     * Stops the server for good, as SIGTERM does: messages on their way are finished first. Returns
     * at once. Where the server is alone in its framework, the process ends with it.
     *
     * @return false when the server shares its framework with others, which then decides
     */
    boolean shutdown();

    /** Accepts no more connections until {@link #resume}; those that come wait in the backlog. */
    void pause();

    /** Accepts connections again. */
    void resume();

    /**
     * Reads configuration and plugins anew, and waits until that is done, a minute at most.
     *
     * @return why the plugins that run go on as they are, a sentence each; empty when all is in use
     */
    List<String> reload();

    /**
     * Checks a configuration directory against the plugins that are installed. The running server
     * is not touched.
     *
     * @return what is wrong, a sentence each, with file and line; empty when nothing is
     */
    List<String> checkConfig(Path directory);

    /**
     * The files that a server with a configuration directory would take from elsewhere, since the
     * directory does not have them.
     *
     * @return a sentence for each
     */
    default List<String> takenFromElsewhere(Path directory) {
        return List.of();
    }

    /**
     * The lines of a configuration file as the server knows them.
     *
     * @param name the file's name, such as {@code rcpthosts}
     * @throws java.io.UncheckedIOException when the file is there and cannot be read
     */
    List<ConfigLine> config(String name);

    /**
     * What happened in a session, open or among the last ones that ended.
     *
     * @param id id of the connection or of one of its messages
     */
    Optional<SessionRecord> record(String id);

    /** The records kept of sessions that ended, newest first. */
    List<SessionRecord> records();

    /**
     * Follows what is logged of some connections, at every level, whatever the log shows.
     *
     * @param ipOrId address of clients, or id of one connection
     * @param listener is given each line on the thread that logs, so it must not wait
     * @return ends it
     */
    Trace trace(String ipOrId, Consumer<LogRecord> listener);

    /** A trace that is on. */
    @ProviderType
    interface Trace extends AutoCloseable {
        @Override
        void close();
    }
}
