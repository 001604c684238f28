package org.qpsmtpd.plugin.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes keys and certificates in a directory, as an administrator does. */
final class OpenSsl {
    private final Path directory;

    OpenSsl(Path directory) {
        this.directory = directory;
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    void run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        try {
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** A key in PKCS#8 and a certificate of its own that is valid for some days. */
    void pair(String name, String host, int days) throws IOException, InterruptedException {
        run(
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                "/CN=" + host);
        run(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-signkey",
                name + ".key",
                "-days",
                Integer.toString(days),
                "-out",
                name + ".crt");
    }
}
