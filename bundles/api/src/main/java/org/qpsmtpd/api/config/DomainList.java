package org.qpsmtpd.api.config;

import org.qpsmtpd.api.net.Hosts;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The domains of a file: {@code example.com} is that domain, {@code .example.com} stands for all
 * below it. Immutable.
 */
public final class DomainList {
    private final Set<String> hosts = new HashSet<>();
    private final Set<String> suffixes = new HashSet<>();

    private DomainList(List<String> domains) {
        for (String domain : domains) {
            (domain.startsWith(".") ? suffixes : hosts).add(domain);
        }
    }

    /**
     * A list of domains.
     *
     * @param domains each as {@link #parse} gives it
     */
    public static DomainList of(List<String> domains) {
        return new DomainList(domains);
    }

    /** A view of a file of domains; a line that is none is left out. */
    public static ConfigView<DomainList> view(String name) {
        return ConfigView.ofEntries(name, line -> parse(line.text()), DomainList::new);
    }

    /**
     * Reads one domain, maybe with a dot before it.
     *
     * @return as {@link Hosts#comparable} gives it, the dot kept
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static String parse(String text) {
        boolean suffix = text.startsWith(".");
        String domain = suffix ? text.substring(1) : text;
        if (!Hosts.isHost(domain)) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not a domain; write example.com, or .example.com for all"
                            + " domains below it");
        }
        return (suffix ? "." : "") + Hosts.comparable(domain);
    }

    /** Whether it has no domain. */
    public boolean isEmpty() {
        return hosts.isEmpty() && suffixes.isEmpty();
    }

    /**
     * Whether the host is listed, or is below a listed suffix.
     *
     * @param host as {@link Hosts#comparable} gives it
     */
    public boolean contains(String host) {
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
