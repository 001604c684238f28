package org.qpsmtpd.plugin.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files of one certificate.
 *
 * @param certificate PEM file with the certificate, and maybe its chain
 * @param key PEM file with its key; may be the same
 * @param chain PEM file with further certificates
 */
record KeyFiles(Path certificate, Path key, Optional<Path> chain) {
    private static final String USUAL = "qpsmtpd-server.crt";

    /** The files that the settings name, or those that qpsmtpd looks for. */
    static KeyFiles of(TlsConfig config) {
        if (config.certificate().isEmpty()) {
            Path directory = usualDirectory();
            Path chain = directory.resolve("qpsmtpd-ca.crt");
            return new KeyFiles(
                    directory.resolve(USUAL),
                    config.key().isEmpty()
                            ? directory.resolve("qpsmtpd-server.key")
                            : path(config.key()),
                    Files.exists(chain) ? Optional.of(chain) : Optional.empty());
        }
        return of(config.certificate(), config.key(), config.ca());
    }

    /** The files of a value of {@code sni}. */
    static KeyFiles parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length > 3 || parts[0].isEmpty()) {
            throw new IllegalArgumentException(
                    "sni '" + text + "' is not CERTIFICATE[,KEY[,CHAIN]]");
        }
        return of(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    private static KeyFiles of(String certificate, String key, String chain) {
        return new KeyFiles(
                path(certificate),
                path(key.isEmpty() ? certificate : key),
                chain.isEmpty() ? Optional.empty() : Optional.of(path(chain)));
    }

    /** What does not begin with {@code /} starts at the folder of the distribution. */
    private static Path path(String text) {
        return Path.of(System.getProperty("org.qpsmtpd.home", "")).resolve(text).toAbsolutePath();
    }

    private static Path usualDirectory() {
        List<Path> places = new ArrayList<>();
        String config = System.getenv("QPSMTPD_CONFIG");
        if (config != null && !config.isEmpty()) {
            places.add(Path.of(config, "ssl"));
        }
        places.add(path("config/ssl"));
        places.add(path("ssl"));
        return places.stream()
                .filter(place -> Files.exists(place.resolve(USUAL)))
                .findFirst()
                .orElse(places.get(0));
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
