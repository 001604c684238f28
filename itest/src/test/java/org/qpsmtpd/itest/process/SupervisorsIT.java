package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** The files in {@code service/} of the distribution, each with its real supervisor. */
class SupervisorsIT {
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();
    private int port;

    SupervisorsIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void configure() throws IOException {
        port = FreePort.take();
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.createDirectory(folder.resolve("deploy"));
        Files.writeString(config.resolve("me"), "mx.example.org\n");
        Files.writeString(config.resolve("rcpthosts"), "example.com\n");
        Files.writeString(config.resolve("loglevel"), "6\n");
        String tls = Swaks.tlsLine(folder.resolve("keys"));
        Files.write(config.resolve("plugins"), List.of(tls, "rcpt_ok", "queue/maildir " + mail()));
        environment.put("QPSMTPD_CONFIG", config.toString());
        environment.put("QPSMTPD_DEPLOY", folder.resolve("deploy").toString());
        environment.put("QPSMTPD_HOME", ServerUnderTest.home().toString());
        environment.put("QPSMTPD_LOG_USER", "");
        String user = Shell.isRoot() ? " --user root" : "";
        environment.put("QPSMTPD_OPTIONS", "--listen-address 127.0.0.1 --port " + port + user);
    }

    private Path mail() {
        return folder.resolve("mail");
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    /** A supervisor by its commands. */
    private interface Supervisor {
        void start();

        void stop();

        void restart();

        void reload();

        /** The server's process id, 0 while it does not run. */
        long pid();
    }

    private void liveUnder(Supervisor supervisor, boolean revives) throws IOException {
        long first = awaitServing(supervisor, 0);
        deliver();

        Files.writeString(folder.resolve("config/smtpgreeting"), "other words ESMTP\n");
        supervisor.reload();
        Eventually.holds("the new greeting", () -> greeting().contains("other words"));
        assertThat(supervisor.pid()).isEqualTo(first);

        supervisor.restart();
        long second = awaitServing(supervisor, first);

        ProcessHandle.of(second).orElseThrow().destroyForcibly();
        if (!revives) {
            Eventually.holds("the end", () -> supervisor.pid() == 0);
            supervisor.start();
        }
        long third = awaitServing(supervisor, second);

        supervisor.stop();
        Eventually.holds(
                "the end of " + third,
                () -> !isAlive(third) && greeting().isEmpty() && supervisor.pid() == 0);

        supervisor.start();
        awaitServing(supervisor, third);
        deliver();
        Swaks.deliverBothWays(port);
        supervisor.stop();
        Eventually.holds("the last end", () -> supervisor.pid() == 0 && greeting().isEmpty());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Waits for a greeting by a process other than the one before, and returns its id. */
    private long awaitServing(Supervisor supervisor, long before) {
        return Eventually.get(
                "a greeting of a process other than " + before,
                () -> greeting().isEmpty() ? before : supervisor.pid(),
                pid -> pid != before && pid != 0);
    }

    private String greeting() {
        try (SmtpDialogue session = SmtpDialogue.to(port)) {
            return session.read().toString();
        } catch (UncheckedIOException | AssertionError e) {
            return "";
        }
    }

    private void deliver() throws IOException {
        long before = delivered();
        try (SmtpDialogue session = SmtpDialogue.to(port)) {
            session.hello();
            Mail.deliver(session, "under a supervisor");
        }
        assertThat(delivered()).isEqualTo(before + 1);
    }

    private long delivered() throws IOException {
        Path box = mail().resolve("new");
        if (!Files.isDirectory(box)) {
            return 0;
        }
        try (Stream<Path> messages = Files.list(box)) {
            return messages.count();
        }
    }

    private Path service(String name) throws IOException {
        Path source = ServerUnderTest.home().resolve("service").resolve(name);
        Path target = folder.resolve("services/qpsmtpd");
        Files.createDirectories(target.resolve("log"));
        for (String file : List.of("run", "log/run")) {
            Files.copy(
                    source.resolve(file), target.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return target;
    }

    private void startInBackground(Program program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.path().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        var unused = ProcessOutput.of(process.getInputStream());
    }

    private List<String> variables() {
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private static long number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static void succeed(Program program, String... arguments) {
        Program.Result result = program.run(arguments);
        assertThat(result.status()).as(result.output()).isZero();
    }

    @Test
    void daemontools() throws IOException, InterruptedException {
        Path service = service("daemontools");
        Program svc = Program.find("svc", "daemontools");
        Program svstat = Program.find("svstat", "daemontools");
        startInBackground(
                Program.find("svscan", "daemontools"), folder.resolve("services").toString());
        String name = service.toString();
        Supervisor supervisor =
                new Supervisor() {
                    @Override
                    public void start() {
                        succeed(svc, "-u", name);
                    }

                    @Override
                    public void stop() {
                        succeed(svc, "-d", name);
                    }

                    @Override
                    public void restart() {
                        succeed(svc, "-t", name);
                    }

                    @Override
                    public void reload() {
                        succeed(svc, "-h", name);
                    }

                    @Override
                    public long pid() {
                        return number("up \\(pid (\\d+)\\)", svstat.run(name).output());
                    }
                };
        try {
            liveUnder(supervisor, true);
            assertThat(service.resolve("log/main/current")).content().contains("Listening on 127");
        } finally {
            endSupervise(svc, name);
        }
    }

    /** Ends the one who would start them again first, and waits until they write no more. */
    private void endSupervise(Program svc, String service) throws InterruptedException {
        end();
        Program svok = Program.find("svok", "daemontools");
        for (String name : List.of(service, service + "/log")) {
            Eventually.holds(
                    "the end of what supervises " + name,
                    () -> {
                        svc.run("-dx", name);
                        return svok.run(name).status() != 0;
                    });
        }
    }

    @Test
    void runit() throws IOException {
        Path service = service("runit");
        Files.createDirectory(service.resolve("log/main"));
        Program sv = Program.find("sv", "runit");
        startInBackground(Program.find("runsv", "runit"), service.toString());
        String name = service.toString();
        Supervisor supervisor =
                new Supervisor() {
                    @Override
                    public void start() {
                        succeed(sv, "start", name);
                    }

                    @Override
                    public void stop() {
                        succeed(sv, "-w", "60", "stop", name);
                    }

                    @Override
                    public void restart() {
                        succeed(sv, "-w", "60", "restart", name);
                    }

                    @Override
                    public void reload() {
                        succeed(sv, "reload", name);
                    }

                    @Override
                    public long pid() {
                        return number(
                                "^run: [^;]*\\(pid (\\d+)\\)", sv.run("status", name).output());
                    }
                };
        try {
            liveUnder(supervisor, true);
            assertThat(service.resolve("log/main/current")).content().contains("Listening on 127");
        } finally {
            sv.run("-w", "60", "exit", name);
        }
    }

    @Test
    void systemV() throws IOException {
        Path defaults = folder.resolve("default");
        Path pidFile = folder.resolve("qpsmtpd.pid");
        Files.write(
                defaults,
                variables().stream().map(line -> line.replaceFirst("=(.*)", "='$1'")).toList());
        Files.writeString(defaults, Files.readString(defaults) + "PID_FILE=" + pidFile + "\n");
        Program script = new Program(ServerUnderTest.home().resolve("service/sysv/qpsmtpd"));
        List<String> where = List.of("QPSMTPD_DEFAULTS=" + defaults);
        Supervisor supervisor =
                new Supervisor() {
                    private Program.Result ask(String word) {
                        return script.run(List.of(word), where);
                    }

                    private void order(String word) {
                        Program.Result result = ask(word);
                        assertThat(result.status()).as(result.output()).isZero();
                    }

                    @Override
                    public void start() {
                        order("start");
                    }

                    @Override
                    public void stop() {
                        order("stop");
                    }

                    @Override
                    public void restart() {
                        order("restart");
                    }

                    @Override
                    public void reload() {
                        order("reload");
                    }

                    @Override
                    public long pid() {
                        return number("runs, pid (\\d+)", ask("status").output());
                    }
                };
        assertThat(script.run(List.of("status"), where).status()).isEqualTo(3);
        supervisor.start();
        try {
            assertThat(script.run(List.of("status"), where).status()).isZero();
            liveUnder(supervisor, false);
            assertThat(script.run(List.of("status"), where).status()).isEqualTo(3);
            Files.writeString(pidFile, "4194304\n"); // one more than any process id
            assertThat(script.run(List.of("status"), where).status()).isEqualTo(1);
            assertThat(script.run(List.of("nonsense"), where).status()).isEqualTo(2);
        } finally {
            script.run(List.of("stop"), where);
        }
    }

    @Test
    void systemVScriptHasTheHeaderOfTheLsb() throws IOException {
        String script = Files.readString(ServerUnderTest.home().resolve("service/sysv/qpsmtpd"));
        String header =
                script.substring(
                        script.indexOf("### BEGIN INIT INFO"), script.indexOf("### END INIT INFO"));
        assertThat(header)
                .contains("# Provides:", "# Required-Start:", "# Required-Stop:")
                .contains("# Default-Start:", "# Default-Stop:", "# Short-Description:");
    }
}
