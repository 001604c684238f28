package org.qpsmtpd.plugin.rcptcallout;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;

/**
 * The lines of {@code smtproutes}, as qmail has them: {@code DOMAIN:HOST[:PORT]}, of which one with
 * {@code .SUFFIX} is for all domains below and one without domain for all others; without a host
 * nobody is asked. Immutable.
 */
final class Routes {
    static final String FILE = "smtproutes";

    private final Map<String, Optional<HopAddress>> hops = new HashMap<>();

    /** What a line says. */
    record Route(String domain, Optional<HopAddress> hop) {}

    private Routes(List<Route> routes) {
        routes.forEach(route -> hops.putIfAbsent(route.domain(), route.hop()));
    }

    static ConfigView<Routes> view() {
        return ConfigView.ofEntries(FILE, line -> parse(line.text()), Routes::new);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Route parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + line + "' is not DOMAIN:HOST[:PORT]");
        }
        String domain = line.substring(0, colon).strip();
        String hop = line.substring(colon + 1).strip();
        return new Route(
                domain.isEmpty() ? "" : DomainList.parse(domain),
                hop.isEmpty() ? Optional.empty() : Optional.of(HopAddress.parse(hop)));
    }

    /**
     * The next hop of a domain.
     *
     * @param domain as {@link org.qpsmtpd.api.net.Hosts#comparable} gives it
     * @param others that of domains without a line
     * @return absent when nobody is to be asked
     */
    Optional<HopAddress> hop(String domain, Optional<HopAddress> others) {
        String key = domain;
        while (!key.isEmpty() && !hops.containsKey(key)) {
            int dot = key.indexOf('.', 1);
            key = dot < 0 ? "" : key.substring(dot);
        }
        return hops.getOrDefault(key, others);
    }
}
