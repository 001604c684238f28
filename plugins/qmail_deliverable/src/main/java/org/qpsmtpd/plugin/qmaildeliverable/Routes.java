package org.qpsmtpd.plugin.qmaildeliverable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.qpsmtpd.api.net.Hosts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * qmail's file {@code smtproutes}: lines {@code DOMAIN:HOST[:PORT]}, of which one with {@code
 * .SUFFIX} is for all hosts below and one without domain for all others. Read anew aside from all
 * sessions when it has changed.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final long RECHECK_NANOS = 1_000_000_000L;
    private static final long LARGEST = 16L << 20;

    private final Path file;
    private final LongSupplier nanos;
    private final AtomicLong checked;
    private volatile Contents contents;

    private record Contents(String stamp, Map<String, String> hosts) {}

    /**
     * Reads the file; one that is missing has no routes.
     *
     * @param nanos a clock that only runs forward, as {@link System#nanoTime}
     */
    Routes(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
        checked = new AtomicLong(nanos.getAsLong());
        contents = read();
    }

    /**
     * The host that a domain's mail goes to.
     *
     * @param domain as {@link Hosts#comparable} gives it
     * @return absent when no line says one, or an empty one
     */
    Optional<String> host(String domain) {
        long last = checked.get();
        long now = nanos.getAsLong();
        if (now - last > RECHECK_NANOS && checked.compareAndSet(last, now)) {
            var unused = CompletableFuture.runAsync(this::readWhenChanged);
        }
        Map<String, String> hosts = contents.hosts();
        String key = domain;
        while (!key.isEmpty() && !hosts.containsKey(key)) {
            int dot = key.indexOf('.', 1);
            key = dot < 0 ? "" : key.substring(dot);
        }
        return Optional.ofNullable(hosts.get(key)).filter(host -> !host.isEmpty());
    }

    private void readWhenChanged() {
        if (!stamp().equals(contents.stamp())) {
            contents = read();
        }
    }

    private String stamp() {
        try {
            return Files.getLastModifiedTime(file) + "," + Files.size(file);
        } catch (IOException e) {
            return "missing";
        }
    }

    private Contents read() {
        String stamp = stamp();
        Map<String, String> hosts = new HashMap<>();
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException("it has more than " + LARGEST + " octets");
            }
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            text.lines().map(String::strip).forEach(line -> add(line, hosts));
        } catch (IOException e) {
            LOG.warn("{} cannot be read, it has no routes: {}", file, e.toString());
        }
        return new Contents(stamp, Map.copyOf(hosts));
    }

    private static void add(String line, Map<String, String> hosts) {
        String[] parts = line.split(":", 3);
        if (line.startsWith("#") || parts.length < 2) {
            return;
        }
        String host = parts[1].strip();
        if (host.isEmpty() || Hosts.isHost(host) || host.startsWith("[")) {
            hosts.putIfAbsent(Hosts.comparable(parts[0].strip()), host);
        }
    }
}
