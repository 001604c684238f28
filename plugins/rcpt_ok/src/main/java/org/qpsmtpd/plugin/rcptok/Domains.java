package org.qpsmtpd.plugin.rcptok;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains of a file {@code rcpthosts}. Immutable.
 *
 * @param hosts domains in lower case
 * @param suffixes ends of domains in lower case, each beginning with a dot
 */
record Domains(Set<String> hosts, Set<String> suffixes) {
    private static final Logger LOG = LoggerFactory.getLogger(Domains.class);

    Domains {
        hosts = Set.copyOf(hosts);
        suffixes = Set.copyOf(suffixes);
    }

    /** Reads the lines of the file; those that are no domain are logged and left out. */
    static Domains parse(List<ConfigLine> lines) {
        Set<String> hosts = new HashSet<>();
        Set<String> suffixes = new HashSet<>();
        for (ConfigLine line : lines) {
            String domain = line.text().toLowerCase(Locale.ROOT);
            if (!isDomain(domain)) {
                LOG.warn(
                        "{}: '{}' is not a domain; write example.com, or .example.com for all"
                                + " domains below it",
                        line.place(),
                        line.text());
            } else if (domain.startsWith(".")) {
                suffixes.add(domain);
            } else {
                hosts.add(domain);
            }
        }
        return new Domains(hosts, suffixes);
    }

    /**
     * Whether the host is listed, or is below a listed suffix.
     *
     * @param host in lower case
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

    private static boolean isDomain(String text) {
        return !text.equals(".")
                && text.chars().noneMatch(c -> Character.isWhitespace(c) || "@*".indexOf(c) >= 0);
    }
}
