package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** A filter made with Debian's python3-milter, and Debian's opendkim with a key of the test's. */
final class MailFilters implements AutoCloseable {
    private static final Path SCRIPT =
            Path.of("src/test/resources/milters/filter.py").toAbsolutePath();
    private static final Path LIBRARY = Path.of("/usr/lib/python3/dist-packages/Milter");

    private final Path folder;
    private final Process filter;
    private final Process opendkim;

    /**
     * Starts both.
     *
     * @param folder where they may write
     */
    MailFilters(Path folder) throws IOException, NoSuchAlgorithmException {
        this.folder = folder;
        if (!Files.exists(LIBRARY)) {
            Program.missing("python3-milter");
        }
        Program python = new Program(Path.of("/usr/bin/python3")); // the one that has the library
        Program dkim = Program.find("opendkim", "opendkim");
        writeKey();
        filter = python.start(List.of(SCRIPT.toString(), "unix:" + socket("filter")), List.of());
        opendkim = dkim.start(List.of("-f", "-x", dkimConfig().toString()), List.of());
        Eventually.holds("the filter to listen", () -> Files.exists(socket("filter")));
        Eventually.holds("opendkim to listen", () -> Files.exists(socket("opendkim")));
    }

    private Path socket(String name) {
        return folder.resolve(name);
    }

    private void writeKey() throws IOException, NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        Files.write(
                folder.resolve("key"),
                List.of(
                        "-----BEGIN PRIVATE KEY-----",
                        Base64.getMimeEncoder().encodeToString(key),
                        "-----END PRIVATE KEY-----"));
    }

    private Path dkimConfig() throws IOException {
        return Files.write(
                folder.resolve("opendkim.conf"),
                List.of(
                        "Mode s",
                        "Domain example.net",
                        "Selector test",
                        "KeyFile " + folder.resolve("key"),
                        "RequireSafeKeys no",
                        "InternalHosts 127.0.0.1",
                        "Canonicalization relaxed/simple",
                        "Syslog no",
                        "Socket local:" + socket("opendkim")));
    }

    /** The lines of config/plugins that have both used; the second signs what the first changed. */
    String[] lines() {
        return new String[] {
            "milter filter unix:" + socket("filter"),
            "milter:1 opendkim " + socket("opendkim"),
            "rcpt_ok",
            "queue/maildir MAIL"
        };
    }

    /** Ends the filter, and waits for it. */
    void killFilter() throws InterruptedException {
        filter.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        filter.destroyForcibly();
        opendkim.destroyForcibly();
    }
}
