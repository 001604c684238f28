package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;

/** By what a service knows that it is asked by one who may. */
final class Credentials {
    private Credentials() {}

    /**
     * The value of the field Authorization; empty without.
     *
     * @throws IllegalArgumentException naming the setting, and saying what is wrong with it or its
     *     file
     */
    static String of(MtaHooksConfig config) {
        String user = config.user();
        String file = config.token__file();
        if (user.isEmpty()) {
            return file.isEmpty() ? "" : "Bearer " + line(file, "[!-~]+", "a token");
        }
        if (file.isEmpty() || user.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "user '" + user + "' has no colon, and token_file has the password");
        }
        String pair = user + ":" + line(file, "[^\\p{Cntrl}]+", "a password");
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private static String line(String file, String form, String what) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            String line = lines.findFirst().orElse("");
            if (!line.matches(form)) {
                throw new IllegalArgumentException(
                        "token_file '" + file + "': its first line is not " + what);
            }
            return line;
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException("token_file '" + file + "' cannot be read: " + e, e);
        }
    }
}
