package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** A filter made with Debian's python3-milter, and Debian's opendkim with a key of the test's. */
final class MailFilters implements AutoCloseable {
    private static final Path SCRIPT =
            Path.of("src/test/resources/milters/filter.py").toAbsolutePath();
    private static final Path LIBRARY = Path.of("/usr/lib/python3/dist-packages/Milter");

    private static final String LISTENS = "it listens";

    private final Path folder;
    private final int filterPort = FreePort.take();
    private final int dkimPort = FreePort.take();
    private final Program python;
    private final List<Process> running = new ArrayList<>();

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
        python = new Program(Path.of("/usr/bin/python3")); // the one that has the library
        Program opendkim = Program.find("opendkim", "opendkim");
        writeKey();
        try {
            startFilter();
            start(opendkim, dkimPort, "-f", "-x", dkimConfig().toString());
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** Starts the filter, also anew when it was killed. */
    void startFilter() {
        start(python, filterPort, SCRIPT.toString(), socket(filterPort));
    }

    /** Starts one, and waits until it listens; what it wrote stands in the failure. */
    private void start(Program program, int port, String... arguments) {
        Process process = program.start(List.of(arguments), List.of());
        running.add(process);
        ProcessOutput output = ProcessOutput.of(process.getInputStream());
        var unused =
                Eventually.get(
                        program.path() + " listens",
                        () -> isOpen(port) ? LISTENS : process + "\n" + output.text(),
                        LISTENS::equals);
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static String socket(int port) {
        return "inet:" + port + "@127.0.0.1";
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
                        "Socket " + socket(dkimPort)));
    }

    /** The lines of config/plugins that have both used, and store what passes. */
    String[] lines() {
        List<String> lines = new ArrayList<>(filterLines());
        lines.addAll(List.of("rcpt_ok", "queue/maildir MAIL"));
        return lines.toArray(String[]::new);
    }

    /** The lines that have both used; the second signs what the first changed. */
    List<String> filterLines() {
        return List.of(
                "milter filter " + socket(filterPort), "milter:1 opendkim 127.0.0.1:" + dkimPort);
    }

    /** Ends the filter, and waits for it. */
    void killFilter() throws InterruptedException {
        Process filter = filter();
        filter.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        running.remove(filter);
    }

    private Process filter() {
        return running.stream()
                .filter(each -> each.info().command().orElse("").contains("python"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        running.forEach(Process::destroyForcibly);
    }
}
