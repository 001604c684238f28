package org.qpsmtpd.smtpclient;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;

/**
 * The lines of {@code smtproutes}, as qmail has them: {@code DOMAIN:HOST[:PORT]}, of which one with
 * {@code .SUFFIX} is for all domains below and one without domain for all others; one without host
 * is no route, and the mail waits. Immutable.
 */
public final class Routes {
    /** The file's name. */
    public static final String FILE = "smtproutes";

    private static final int SMTP = 25;

    private final Map<String, Route> routes = new HashMap<>();

    /**
     * What a line says.
     *
     * @param domain in the form that domains are compared in; {@code .SUFFIX}, or empty for all
     * @param host of the next hop; empty for none
     * @param port of the next hop
     */
    public record Route(String domain, String host, int port) {}

    private Routes(List<Route> all) {
        all.forEach(route -> routes.putIfAbsent(route.domain(), route));
    }

    /** A view of the file. */
    public static ConfigView<Routes> view() {
        return ConfigView.ofEntries(FILE, line -> parse(line.text()), Routes::new);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static Route parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + line + "' is not DOMAIN:HOST[:PORT]");
        }
        String domain = line.substring(0, colon).strip();
        String hop = line.substring(colon + 1).strip();
        String known = domain.isEmpty() ? "" : DomainList.parse(domain);
        if (hop.isEmpty()) {
            return new Route(known, "", SMTP);
        }
        Map.Entry<String, Integer> place = NextHop.place(hop, SMTP);
        return new Route(known, place.getKey(), place.getValue());
    }

    /** All of them. */
    Collection<Route> all() {
        return routes.values();
    }

    /**
     * The route of a domain.
     *
     * @param domain as {@link org.qpsmtpd.api.mail.Address#comparableHost} gives it
     */
    public Optional<Route> of(String domain) {
        String key = domain;
        while (!key.isEmpty() && !routes.containsKey(key)) {
            int dot = key.indexOf('.', 1);
            key = dot < 0 ? "" : key.substring(dot);
        }
        return Optional.ofNullable(routes.get(key));
    }
}
