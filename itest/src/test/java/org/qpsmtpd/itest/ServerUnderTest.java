package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The distribution as a process of its own, with a config directory that the test writes.
 *
 * <pre>{@code
 * try (ServerUnderTest server = ServerUnderTest.builder()
 *         .plugins("rcpt_ok", "queue/maildir MAIL")   // config/plugins; MAIL becomes mail()
 *         .file("databytes", "5000")                  // any other config file, a line each
 *         .options("--children", "3")                 // of bin/qpsmtpd-prefork
 *         .start()) {                                 // returns when it listens
 *     SmtpDialogue smtp = server.connect();
 *     ...
 *     server.maildir().messages();                    // what was delivered
 *     server.awaitLog("text");                        // waits for a line, no sleeping
 * }                                                   // SIGTERM, must exit 0
 * }</pre>
 *
 * <p>Unless the test says otherwise there are: {@code me} mx.example.org, {@code rcpthosts}
 * example.com, {@code loglevel} 7, {@code --interface 127.0.0.1 --port 0}, and for prefork {@code
 * --max-from-ip 0}, since all clients have one address. With {@code --port 0} the system chooses
 * the port, and the line {@code Listening on} tells it; so {@link Builder#start} cannot be used
 * with {@code --quiet} or {@code --detach}. For these, and for starts that fail, {@link
 * Builder#process} gives the process as it is.
 *
 * <p>The distribution is the one in the system property {@code qpsmtpd.home}. All output goes to
 * {@code target/server-logs} too, a file for each server.
 */
public final class ServerUnderTest implements AutoCloseable {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Pattern LISTENING = Pattern.compile("Listening on (\\S+):(\\d+)\\R");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path directory;
    private final Process process;
    private final ProcessOutput output;
    private final int port;
    private boolean stopped;

    private ServerUnderTest(Path directory, Process process, ProcessOutput output, int port) {
        this.directory = directory;
        this.process = process;
        this.output = output;
        this.port = port;
    }

    /** What to start. */
    public static Builder builder() {
        return new Builder();
    }

    /** The distribution under test. */
    public static Path home() {
        String home = System.getProperty("qpsmtpd.home", "../runtime/felix/target/qpsmtpd");
        Path path = Path.of(home).toAbsolutePath().normalize();
        assertThat(path.resolve("bin/qpsmtpd-prefork"))
                .as("the distribution, property qpsmtpd.home")
                .isExecutable();
        return path;
    }

    /** The port on 127.0.0.1, or on the last address it listens on. */
    public int port() {
        return port;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** The process. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The directory of this server, which holds those below; deleted by {@link #close}. */
    public Path directory() {
        return directory;
    }

    /** The config directory. */
    public Path config() {
        return directory.resolve("config");
    }

    /** The deploy folder. */
    public Path deploy() {
        return directory.resolve("deploy");
    }

    /** The socket of its console. */
    public Path console() {
        return directory.resolve("console");
    }

    /** The socket of {@code bin/qpsmtpd --attach}. */
    public Path attach() {
        return directory.resolve("attach");
    }

    /** Where {@code MAIL} in a line of {@code plugins} points to. */
    public Path mail() {
        return directory.resolve("mail");
    }

    /** The maildir at {@link #mail}. */
    public Maildir maildir() {
        return new Maildir(mail());
    }

    /** Connects; the greeting is not read yet. */
    public SmtpDialogue connect() {
        return SmtpDialogue.to(port);
    }

    /** Everything it has written to standard output and standard error. */
    public String log() {
        return output.text();
    }

    /** Waits until the log contains a text. */
    public String awaitLog(String text) {
        return output.await("'" + text + "'", log -> log.contains(text));
    }

    /** From now on nobody reads what it writes, until {@link #readOn} or its end. */
    public void stopReading() {
        output.pause();
    }

    /** Reads again what it writes. */
    public void readOn() {
        output.resume();
    }

    /** Replaces a config file at once, a line each. */
    public void writeConfig(String name, String... lines) {
        Builder.write(config().resolve(name), lines);
    }

    /** Sends a signal by its name without SIG, such as HUP. */
    public void signal(String name) {
        run("kill", "-" + name, Long.toString(pid()));
    }

    private static void run(String... command) {
        try {
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            assertThat(status).as(String.join(" ", command)).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for the process to end. */
    public int awaitExit() {
        return exitStatus(process, output);
    }

    /** Sends SIGTERM and waits. */
    public int stop() {
        stopped = true;
        process.destroy();
        return awaitExit();
    }

    /** Sends SIGKILL and waits. */
    public void kill() {
        stopped = true;
        process.destroyForcibly();
        awaitExit();
    }

    /** Stops it, if the test has not; it must exit with 0. */
    @Override
    public void close() {
        try {
            if (!stopped) {
                assertThat(stop()).as("exit status after SIGTERM:\n%s", log()).isZero();
            }
        } finally {
            process.destroyForcibly();
            Builder.keep(output);
            delete(directory);
        }
    }

    private static int exitStatus(Process process, ProcessOutput output) {
        try {
            boolean ended = process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(ended).as("the process must end:\n%s", output.text()).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        output.resume();
        output.awaitEnd();
        return process.exitValue();
    }

    static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that need not become a server. */
    public static final class RawProcess implements AutoCloseable {
        private final Path directory;
        private final Process process;
        private final ProcessOutput output;

        private RawProcess(Path directory, Process process, ProcessOutput output) {
            this.directory = directory;
            this.process = process;
            this.output = output;
        }

        /** Where its directories are, as in {@link ServerUnderTest#directory}. */
        public Path directory() {
            return directory;
        }

        /** The process. */
        public Process process() {
            return process;
        }

        /** What it writes to standard output and standard error. */
        public ProcessOutput output() {
            return output;
        }

        /** Waits for its end. */
        public int awaitExit() {
            return exitStatus(process, output);
        }

        /** Kills it when it is still there. */
        @Override
        public void close() {
            process.destroyForcibly();
            Builder.keep(output);
            delete(directory);
        }
    }

    /** What to start, and with what. */
    public static final class Builder {
        private final Map<String, String[]> files = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> options = new ArrayList<>();
        private final List<String> wrapper = new ArrayList<>();
        private final Map<String, byte[]> jars = new LinkedHashMap<>();
        private Path home = ServerUnderTest.home();
        private String program = "qpsmtpd-prefork";
        private @Nullable Path configFrom;

        private Builder() {
            file("me", "mx.example.org");
            file("rcpthosts", "example.com");
            file("loglevel", "7");
        }

        /** The lines of {@code config/plugins}; the word MAIL stands for the mail directory. */
        public Builder plugins(String... lines) {
            return file("plugins", lines);
        }

        /** A config file; MAIL in a line stands for the mail directory, CONFIG for the config's. */
        public Builder file(String name, String... lines) {
            files.put(name, lines.clone());
            return this;
        }

        /** Leaves a config file out that would be there. */
        public Builder without(String name) {
            files.remove(name);
            return this;
        }

        /** Takes the files of this config directory in place of the usual ones. */
        public Builder configFrom(Path source) {
            files.clear();
            configFrom = source;
            return this;
        }

        /** More options; an own {@code --interface} or {@code --port} replaces the usual one. */
        public Builder options(String... more) {
            options.addAll(List.of(more));
            return this;
        }

        /** A variable of the environment. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** A jar that is in the deploy folder when the server starts. */
        public Builder deployed(String name, byte[] jar) {
            jars.put(name, jar.clone());
            return this;
        }

        /** The JDK to run it with. */
        public Builder javaHome(Path javaHome) {
            return environment("JAVA_HOME", javaHome.toString());
        }

        /** Another distribution than {@link ServerUnderTest#home}. */
        public Builder home(Path other) {
            home = other;
            return this;
        }

        /** Another program of {@code bin/} than {@code qpsmtpd-prefork}. */
        public Builder program(String name) {
            program = name;
            return this;
        }

        /** A command that becomes the server, such as {@code prlimit --nofile=900}. */
        public Builder under(String... command) {
            wrapper.addAll(List.of(command));
            return this;
        }

        /** Starts it, and returns when it listens. */
        public ServerUnderTest start() {
            RawProcess raw = process();
            try {
                String log = raw.output.await("Listening on", text -> listening(text) > 0);
                return new ServerUnderTest(raw.directory, raw.process, raw.output, listening(log));
            } catch (AssertionError e) {
                raw.close();
                throw e;
            }
        }

        private static int listening(String log) {
            int port = 0;
            Matcher matcher = LISTENING.matcher(log);
            while (matcher.find()) {
                port = Integer.parseInt(matcher.group(2));
            }
            return port;
        }

        /** Starts it, and waits for nothing. */
        public RawProcess process() {
            try {
                Path directory = Files.createTempDirectory("qpsmtpd-itest");
                Files.setPosixFilePermissions(
                        directory, PosixFilePermissions.fromString("rwxr-xr-x"));
                writeConfig(directory);
                ProcessBuilder process = new ProcessBuilder(command());
                process.redirectErrorStream(true);
                process.environment().put("QPSMTPD_CONFIG", directory + "/config");
                process.environment().put("QPSMTPD_DEPLOY", directory + "/deploy");
                process.environment().put("QPSMTPD_CONSOLE", directory + "/console");
                process.environment().put("QPSMTPD_ATTACH", directory + "/attach");
                process.environment().putAll(environment);
                Process started = process.start();
                ProcessOutput output = ProcessOutput.of(started.getInputStream());
                return new RawProcess(directory, started, output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private List<String> command() {
            List<String> command = new ArrayList<>(wrapper);
            command.add(home.resolve("bin").resolve(program).toString());
            if (!has("--interface") && !has("--listen-address") && !has("-l")) {
                command.addAll(List.of("--listen-address", "127.0.0.1"));
            }
            if (!has("--port") && !has("-p")) {
                command.addAll(List.of("--port", "0"));
            }
            if (!has("--max-from-ip") && program.equals("qpsmtpd-prefork")) {
                command.addAll(List.of("--max-from-ip", "0"));
            }
            command.addAll(options);
            return command;
        }

        private boolean has(String option) {
            return options.stream().anyMatch(o -> o.equals(option) || o.startsWith(option + "="));
        }

        private void writeConfig(Path directory) throws IOException {
            Path config = Files.createDirectory(directory.resolve("config"));
            Path deploy = Files.createDirectory(directory.resolve("deploy"));
            for (Map.Entry<String, byte[]> jar : jars.entrySet()) {
                Files.write(deploy.resolve(jar.getKey()), jar.getValue());
            }
            Path source = configFrom;
            if (source != null) {
                copy(source, config);
            }
            for (Map.Entry<String, String[]> file : files.entrySet()) {
                String[] lines = file.getValue().clone();
                for (int i = 0; i < lines.length; i++) {
                    lines[i] =
                            lines[i].replace("MAIL", directory + "/mail")
                                    .replace("CONFIG", config.toString());
                }
                Path target = config.resolve(file.getKey());
                Files.createDirectories(target.resolveSibling(""));
                write(target, lines);
            }
        }

        private static void copy(Path source, Path target) throws IOException {
            try (Stream<Path> paths = Files.walk(source, 2)) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    Path copy = target.resolve(source.relativize(path).toString());
                    Files.createDirectories(copy.resolveSibling(""));
                    Files.copy(path, copy);
                }
            }
        }

        static void write(Path file, String... lines) {
            try {
                Path parent = file.toAbsolutePath().getParent();
                Path part = Files.createTempFile(parent, ".", ".new");
                Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
                Files.writeString(part, String.join("\n", lines) + "\n");
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static void keep(ProcessOutput output) {
            try {
                Path logs = Files.createDirectories(TARGET.resolve("server-logs"));
                String name = caller() + "-" + COUNT.incrementAndGet() + ".log";
                Files.writeString(logs.resolve(name), output.text(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String caller() {
            return StackWalker.getInstance()
                    .walk(
                            frames ->
                                    frames.map(StackWalker.StackFrame::getClassName)
                                            .filter(name -> name.endsWith("IT"))
                                            .findFirst())
                    .map(name -> name.substring(name.lastIndexOf('.') + 1))
                    .orElse("server");
        }
    }
}
