package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * The Karaf distribution, or a plain Karaf, unpacked from its archive into a folder of the test's,
 * with ports of its own; our archive is in the folder that the system property {@code
 * qpsmtpd.karaf} names, Karaf's is the file {@code karaf.archive}. Ended by {@link #close}.
 */
final class KarafServer implements AutoCloseable {
    private static final Path BUILT =
            Path.of(System.getProperty("qpsmtpd.karaf", "../runtime/karaf/target"));
    private static final Path KEPT = Path.of("target/server-logs").toAbsolutePath();

    /** Time, level and thread, then the logger, then the bundle. */
    private static final Pattern LINE_OF_THE_HOST =
            Pattern.compile(
                    "(?:[^|]*\\|){3} (?:(?:Felix|Framework) .*"
                            + "|[^|]*\\| \\d+ - org\\.(?:apache|ops4j)\\..*)");

    private final Path home;
    private final boolean ours;
    private final int port;
    private final int sshPort;
    private final List<String> environment = new ArrayList<>();

    private KarafServer(Path home, boolean ours) throws IOException {
        this.home = home;
        this.ours = ours;
        port = FreePort.take();
        sshPort = FreePort.take();
        environment("JAVA_HOME", System.getProperty("java.home"));
    }

    /** A file of the build whose name ends so. */
    static Path built(String ending) throws IOException {
        try (Stream<Path> files = Files.list(BUILT)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no *" + ending + " in " + BUILT));
        }
    }

    /** Unpacks it, and changes nothing but addresses. */
    static KarafServer unpack(Path folder) throws IOException {
        KarafServer server = new KarafServer(unpack(built(".tar.gz"), folder), true);
        server.write("org.qpsmtpd.cfg", "interface = 127.0.0.1", "port = " + server.port);
        server.set("org.apache.karaf.shell.cfg", "sshPort", Integer.toString(server.sshPort));
        return server;
    }

    /**
     * Unpacks a Karaf as others have it: one that finds nothing in a network, with a user, and with
     * addresses of its own.
     */
    static KarafServer plain(Path folder) throws IOException {
        Path archive = Path.of(System.getProperty("karaf.archive", "none"));
        KarafServer server = new KarafServer(unpack(archive, folder), false);
        server.set("org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1");
        server.set("org.apache.karaf.shell.cfg", "sshPort", Integer.toString(server.sshPort));
        for (String port : List.of("rmiRegistryPort", "rmiServerPort")) {
            server.set("org.apache.karaf.management.cfg", port, Integer.toString(FreePort.take()));
        }
        server.write(
                "users.properties",
                "karaf = karaf,_g_:admingroup",
                "_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh");
        String system = "file:${karaf.home}/${karaf.default.repository}@id=system.repository";
        server.write(
                "org.ops4j.pax.url.mvn.cfg",
                "org.ops4j.pax.url.mvn.defaultRepositories = " + system,
                "org.ops4j.pax.url.mvn.localRepository = ${karaf.data}/repository",
                "org.ops4j.pax.url.mvn.repositories =",
                "org.ops4j.pax.url.mvn.useFallbackRepositories = false");
        return server;
    }

    private static Path unpack(Path archive, Path folder) throws IOException {
        Shell.run("tar", "xzf", archive.toString(), "-C", folder.toString());
        String name = archive.getFileName().toString().replace(".tar.gz", "");
        return folder.toRealPath().resolve(name);
    }

    Path home() {
        return home;
    }

    Path etc(String name) {
        return home.resolve("etc").resolve(name);
    }

    /** Replaces a file of {@code etc/}, a line each, by rename. */
    void write(String name, String... lines) throws IOException {
        Path part = Files.writeString(etc("part"), String.join("\n", lines) + "\n");
        Files.move(part, etc(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Sets a property of a file of {@code etc/}. */
    void set(String file, String key, String value) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(etc(file)));
        lines.removeIf(line -> line.matches("\\s*" + key + "\\s*=.*"));
        lines.add(key + " = " + value);
        write(file, lines.toArray(String[]::new));
    }

    DeployFolder deploy() {
        return new DeployFolder(home.resolve("deploy"));
    }

    /** What Karaf and the servers in it have logged. */
    String log() {
        try {
            Path log = home.resolve("data/log/karaf.log");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The log without what the framework and the bundles of Karaf's own say: they are loud when a
     * service goes at the moment at which its bundle does.
     */
    String logOfBundles() {
        StringBuilder text = new StringBuilder();
        boolean wanted = true;
        for (String line : log().lines().toList()) {
            if (!line.isEmpty() && Character.isDigit(line.charAt(0))) {
                wanted = !LINE_OF_THE_HOST.matcher(line).matches();
            }
            if (wanted) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }

    /** Sets a variable for the programs. */
    void environment(String name, String value) {
        environment.removeIf(variable -> variable.startsWith(name + "="));
        environment.add(name + "=" + value);
    }

    /** Runs a program of {@code bin/}. */
    Result bin(String program, String... arguments) {
        return new Program(home.resolve("bin").resolve(program))
                .run(Arrays.asList(arguments), environment);
    }

    /** Runs a command in the console, which must succeed, and returns what it prints. */
    String client(String... words) {
        Result result = ours ? bin("client", words) : batch(words);
        assertThat(result.status())
                .as("%s:\n%s\n%s", String.join(" ", words), result.output(), log())
                .isZero();
        return result.output();
    }

    /** Karaf's own client answers only what comes from its standard input, if that ends. */
    private Result batch(String... words) {
        String line = "echo '" + String.join(" ", words) + "' | " + home + "/bin/client -b";
        return Program.find("sh", "dash").run(List.of("-c", line), environment);
    }

    /** Starts it, after which it greets. */
    void start() {
        launch();
        assertThat(greets(port)).as(log()).isTrue();
    }

    /** Starts it; ours serves when this returns. */
    void launch() {
        Result started = bin("start");
        assertThat(started.status()).as(started.output()).isZero();
    }

    /** Waits until the console answers. */
    void awaitConsole() {
        Eventually.holds("the console", () -> batch("info").status() == 0);
    }

    /** Waits until a server greets at a port. */
    void awaitGreeting(int atPort) {
        try {
            Eventually.holds("a greeting", () -> greets(atPort));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + log(), e);
        }
    }

    /** Whether a server greets at a port. */
    static boolean greets(int port) {
        try (SmtpDialogue session = SmtpDialogue.to(port)) {
            return session.read().code() == 220;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    int sshPort() {
        return sshPort;
    }

    SmtpDialogue connect() {
        return SmtpDialogue.to(port);
    }

    long pid() {
        try {
            return Long.parseLong(Files.readString(home.resolve("karaf.pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps the log, and ends what runs: Karaf's own stop does not wait for the end. */
    @Override
    public void close() throws IOException {
        if (bin("status").status() == 0) {
            Optional<ProcessHandle> process = ProcessHandle.of(pid());
            Result stopped = bin("stop");
            assertThat(stopped.status()).as(stopped.output()).isZero();
            Eventually.holds("its end", () -> process.stream().noneMatch(ProcessHandle::isAlive));
        }
        Files.createDirectories(KEPT);
        Files.writeString(KEPT.resolve("karaf-" + port + ".log"), log());
    }
}
