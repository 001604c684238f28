package org.qpsmtpd.plugin.auth.authoauth;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.Peers;

/** Makes what the settings ask for. */
final class Judges {
    private static final int LARGEST_FILE = 1024 * 1024;
    private static final Set<String> ALGORITHMS =
            Set.of(
                    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                    "EdDSA");

    private Judges() {}

    /**
     * Makes it.
     *
     * @param clock by which tokens end
     * @param nanos as {@link System#nanoTime}
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    static Judge of(
            AuthOauthConfig config,
            PeerOptions options,
            Peers peers,
            Clock clock,
            LongSupplier nanos) {
        if (config.keys().isEmpty() && config.introspection().isEmpty()) {
            throw new IllegalArgumentException("auth/auth_oauth needs keys or introspection");
        }
        Claims claims = new Claims(config, clock);
        if (config.introspection().isEmpty()) {
            return byKeys(config, options, peers, claims, nanos);
        }
        Judge byIssuer = byIssuer(config, options, peers, claims, clock);
        return config.keys().isEmpty()
                ? byIssuer
                : new InTurn(byKeys(config, options, peers, claims, nanos), byIssuer);
    }

    private static Judge byIssuer(
            AuthOauthConfig config, PeerOptions options, Peers peers, Claims claims, Clock clock) {
        Endpoint endpoint = Endpoint.parse("introspection", config.introspection());
        String authorization = authorization(config.client__file());
        Duration life = Duration.ofSeconds(config.cacheSeconds());
        return new ByIssuer(
                new Service("introspection", endpoint, config.caFile(), options, peers),
                authorization,
                claims,
                new GoodTokens(life, clock));
    }

    private static Judge byKeys(
            AuthOauthConfig config,
            PeerOptions options,
            Peers peers,
            Claims claims,
            LongSupplier nanos) {
        Set<String> algorithms = algorithms(config.algorithms());
        if (config.issuer().isEmpty() || String.join("", config.audience()).isBlank()) {
            throw new IllegalArgumentException(
                    "keys needs issuer and audience, so that a token that was made for another"
                            + " service is not taken");
        }
        Duration refresh = Duration.ofSeconds(config.refreshSeconds());
        if (!config.keys().matches("(?i)https?:.*")) {
            Path file = Path.of(config.keys());
            var unused = KeySet.parse(read(file));
            KeyRing ring = new KeyRing(() -> readLater(file), refresh, nanos);
            return new ByKeys(algorithms, ring, claims, List.of());
        }
        Endpoint endpoint = Endpoint.parse("keys", config.keys());
        Service service = new Service("keys", endpoint, config.caFile(), options, peers);
        KeyRing ring = new KeyRing(service::get, refresh, nanos);
        return new ByKeys(algorithms, ring, claims, List.of(service));
    }

    private static Set<String> algorithms(String[] names) {
        Set<String> all = new TreeSet<>();
        for (String name : names) {
            if (!ALGORITHMS.contains(name.strip())) {
                throw new IllegalArgumentException(
                        "algorithms '" + name + "' is none of " + new TreeSet<>(ALGORITHMS));
            }
            all.add(name.strip());
        }
        return all;
    }

    private static CompletionStage<String> readLater(Path file) {
        try {
            return CompletableFuture.completedStage(read(file));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedStage(
                    new PeerFailure(PeerFailure.Kind.AWAY, String.valueOf(e.getMessage())));
        }
    }

    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LARGEST_FILE), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("keys '" + file + "' cannot be read: " + e, e);
        }
    }

    /** The value of the field Authorization (RFC 6749 section 2.3.1); empty without a file. */
    private static String authorization(String file) {
        if (file.isEmpty()) {
            return "";
        }
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            String line = lines.findFirst().orElse("").strip();
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException(
                        "client_file '" + file + "': its first line is not ID:SECRET");
            }
            String pair =
                    encoded(line.substring(0, colon)) + ":" + encoded(line.substring(colon + 1));
            return "Basic "
                    + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "client_file '" + file + "' cannot be read: " + e, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
