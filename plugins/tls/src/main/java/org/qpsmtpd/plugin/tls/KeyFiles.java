package org.qpsmtpd.plugin.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of one certificate.
 *
 * @param certificate PEM file with the certificate, and maybe its chain
 * @param key PEM file with its key; may be the same
 * @param chain PEM file with further certificates
 */
record KeyFiles(Path certificate, Path key, Optional<Path> chain) {
    private static final String USUAL = "qpsmtpd-server.crt";

    /**
     * Where files are looked for.
     *
     * @param config the configuration directory of the server; empty when it is not known
     * @param home the folder of the distribution; absent in a host that is none of ours
     */
    record Places(String config, Optional<String> home) {
        /** As the core and the launcher say it. */
        static Places of(@Nullable Object config) {
            return new Places(
                    config == null ? "" : config.toString(),
                    Optional.ofNullable(System.getProperty("org.qpsmtpd.home")));
        }

        /**
         * What does not begin with {@code /} starts at the folder of the distribution, and in a
         * host at the configuration directory of the server.
         */
        Path path(String text) {
            return Path.of(home.orElse(config)).resolve(text).toAbsolutePath();
        }

        private Path usualDirectory() {
            List<Path> places = new ArrayList<>();
            if (!config.isEmpty()) {
                places.add(Path.of(config, "ssl").toAbsolutePath());
            }
            if (home.isPresent() || config.isEmpty()) {
                places.add(path("config/ssl"));
                places.add(path("ssl"));
            }
            return places.stream()
                    .filter(place -> Files.exists(place.resolve(USUAL)))
                    .findFirst()
                    .orElse(places.get(0));
        }
    }

    /** The files that the settings name, or those that qpsmtpd looks for. */
    static KeyFiles of(TlsConfig config, Places places) {
        if (config.certificate().isEmpty()) {
            Path directory = places.usualDirectory();
            Path chain = directory.resolve("qpsmtpd-ca.crt");
            return new KeyFiles(
                    directory.resolve(USUAL),
                    config.key().isEmpty()
                            ? directory.resolve("qpsmtpd-server.key")
                            : places.path(config.key()),
                    Files.exists(chain) ? Optional.of(chain) : Optional.empty());
        }
        return of(config.certificate(), config.key(), config.ca(), places);
    }

    /** The files of a value of {@code sni}. */
    static KeyFiles parse(String text, Places places) {
        String[] parts = text.split(",", -1);
        if (parts.length > 3 || parts[0].isEmpty()) {
            throw new IllegalArgumentException(
                    "sni '" + text + "' is not CERTIFICATE[,KEY[,CHAIN]]");
        }
        return of(
                parts[0],
                parts.length > 1 ? parts[1] : "",
                parts.length > 2 ? parts[2] : "",
                places);
    }

    private static KeyFiles of(String certificate, String key, String chain, Places places) {
        return new KeyFiles(
                places.path(certificate),
                places.path(key.isEmpty() ? certificate : key),
                chain.isEmpty() ? Optional.empty() : Optional.of(places.path(chain)));
    }

    /** What changes when one of the files does, also when a link points elsewhere. */
    String stamp() {
        List<Path> all = new ArrayList<>(List.of(certificate, key));
        chain.ifPresent(all::add);
        StringBuilder stamp = new StringBuilder();
        for (Path file : all) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                stamp.append(now.lastModifiedTime()).append(' ').append(now.size());
                stamp.append(' ').append(now.fileKey()).append(Files.isReadable(file)).append(';');
            } catch (IOException e) {
                stamp.append("none;");
            }
        }
        return stamp.toString();
    }
}
