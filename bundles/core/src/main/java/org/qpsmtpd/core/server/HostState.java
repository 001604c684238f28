package org.qpsmtpd.core.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file by which the programs of a host know how far its servers are: a line {@code PID NAME
 * STATE} each, where the state is {@code starting}, {@code accepting}, or {@code failed:} with the
 * reason. Of a process that has gone it may stay behind.
 */
final class HostState {
    private static final Logger LOG = LoggerFactory.getLogger(HostState.class);

    private final @Nullable Path file;
    private final long pid = ProcessHandle.current().pid();
    private final Map<String, String> states = new TreeMap<>();

    /**
     * @param data the host's folder for data; null when it has none, and then nothing is written
     */
    HostState(@Nullable String data) {
        file = data == null ? null : Path.of(data, "qpsmtpd", "servers");
    }

    void starting(String name) {
        set(name, "starting");
    }

    void accepting(String name) {
        set(name, "accepting");
    }

    /** Says why a server does not serve, for now or for good. */
    void failed(String name, String reason) {
        set(name, "failed: " + reason.replaceAll("\\s+", " "));
    }

    /** There is no such server any longer. */
    synchronized void ended(String name) {
        states.remove(name);
        write();
    }

    private synchronized void set(String name, String state) {
        states.put(name, state);
        write();
    }

    private void write() {
        if (file == null) {
            return;
        }
        StringBuilder text = new StringBuilder();
        states.forEach((name, state) -> text.append(pid + " " + name + " " + state + "\n"));
        try {
            Files.createDirectories(file.getParent());
            Path part = file.resolveSibling("servers.part");
            Files.writeString(part, text);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.debug("{} cannot be written", file, e);
        }
    }
}
