package org.qpsmtpd.plugin.qmaildeliverable;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which server is asked about a domain, as {@code HOST:PORT}. */
final class Servers {
    private static final Pattern FORM =
            Pattern.compile(
                    "(?:(smtproutes):)?(?:([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):)?(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    private final Function<String, Optional<String>> servers;

    private Servers(Function<String, Optional<String>> servers) {
        this.servers = servers;
    }

    /**
     * Reads the option {@code server}.
     *
     * @param file qmail's routes
     * @throws IllegalArgumentException when it is of none of its forms
     */
    static Servers of(String text, Path file, LongSupplier nanos) {
        Matcher parts = FORM.matcher(text);
        boolean good = parts.matches() && Integer.parseInt(parts.group(3)) <= HIGHEST_PORT;
        boolean byRoutes = good && parts.group(1) != null;
        if (!good || (!byRoutes && parts.group(2) == null)) {
            throw new IllegalArgumentException(
                    "server '"
                            + text
                            + "' is not HOST:PORT, smtproutes:HOST:PORT or smtproutes:PORT");
        }
        String port = ":" + parts.group(3);
        Optional<String> usual = Optional.ofNullable(parts.group(2)).map(host -> host + port);
        if (!byRoutes) {
            return new Servers(domain -> usual);
        }
        Routes routes = new Routes(file, nanos);
        return new Servers(domain -> routes.host(domain).map(host -> host + port).or(() -> usual));
    }

    /** The server for a domain; absent when none is to be asked. */
    Optional<String> of(String domain) {
        return servers.apply(domain);
    }
}
