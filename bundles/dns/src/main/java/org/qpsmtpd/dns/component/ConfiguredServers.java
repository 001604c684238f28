package org.qpsmtpd.dns.component;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.NameServerAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name servers that {@code config/dns_servers} names; where it names none, those of the system.
 * Belongs to one thread.
 */
final class ConfiguredServers implements Supplier<List<NameServerAddress>> {
    static final String FILE = "dns_servers";

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredServers.class);
    private static final int MOST = 16;

    private final Config config;
    private final Supplier<List<NameServerAddress>> others;
    private List<ConfigLine> read = List.of();
    private List<NameServerAddress> named = List.of();

    ConfiguredServers(Config config, Supplier<List<NameServerAddress>> others) {
        this.config = config;
        this.others = others;
    }

    @Override
    public List<NameServerAddress> get() {
        List<ConfigLine> lines = lines();
        if (!lines.equals(read)) {
            read = lines;
            named = parse(lines);
        }
        return named.isEmpty() ? others.get() : named;
    }

    private List<ConfigLine> lines() {
        try {
            return config.lines(FILE);
        } catch (UncheckedIOException e) {
            return read; // the server says that it cannot be read
        }
    }

    private static List<NameServerAddress> parse(List<ConfigLine> lines) {
        List<NameServerAddress> found = new ArrayList<>();
        for (ConfigLine line : lines) {
            try {
                NameServerAddress address = NameServerAddress.parse(line.text());
                if (found.size() < MOST && !found.contains(address)) {
                    found.add(address);
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: {}; this line is left out", line.place(), e.getMessage());
            }
        }
        return List.copyOf(found);
    }
}
