package org.qpsmtpd.plugin.rcptok;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.Hosts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains of a file {@code rcpthosts}. Immutable.
 *
 * @param hosts domains as {@link Hosts#comparable} gives them
 * @param suffixes ends of such domains, each beginning with a dot
 */
record Domains(Set<String> hosts, Set<String> suffixes) {
    private static final Logger LOG = LoggerFactory.getLogger(Domains.class);

    Domains {
        hosts = Set.copyOf(hosts);
        suffixes = Set.copyOf(suffixes);
    }

    /**
     * Looks at a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static void check(String line) {
        if (!Hosts.isHost(line.startsWith(".") ? line.substring(1) : line)) {
            throw new IllegalArgumentException(
                    "'"
                            + line
                            + "' is not a domain; write example.com, or .example.com for all"
                            + " domains below it");
        }
    }

    /** Reads the lines of the file; those that are no domain are logged and left out. */
    static Domains parse(List<ConfigLine> lines) {
        Set<String> hosts = new HashSet<>();
        Set<String> suffixes = new HashSet<>();
        for (ConfigLine line : lines) {
            try {
                check(line.text());
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: left out: {}", line.place(), e.getMessage());
                continue;
            }
            if (line.text().startsWith(".")) {
                suffixes.add("." + Hosts.comparable(line.text().substring(1)));
            } else {
                hosts.add(Hosts.comparable(line.text()));
            }
        }
        return new Domains(hosts, suffixes);
    }

    /**
     * Whether the host is listed, or is below a listed suffix.
     *
     * @param host as {@link Hosts#comparable} gives it
     */
    boolean contains(String host) {
        if (hosts.contains(host)) {
            return true;
        }
        int dot = suffixes.isEmpty() ? -1 : host.indexOf('.');
        while (dot >= 0) {
            if (suffixes.contains(host.substring(dot))) {
                return true;
            }
            dot = host.indexOf('.', dot + 1);
        }
        return false;
    }
}
