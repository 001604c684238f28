package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The config directory of Debian's package qpsmtpd. Only the place of the log file is ours. */
class SampleConfigIT {
    private static final Path SAMPLE = Path.of("/etc/qpsmtpd");

    private final Path logs;

    SampleConfigIT(@TempDir Path logs) {
        this.logs = logs;
    }

    @BeforeEach
    void findSample() {
        if (!Files.isRegularFile(SAMPLE.resolve("plugins"))) {
            Program.missing(SAMPLE + "/plugins (Debian: apt-get install qpsmtpd)");
        }
    }

    @Test
    void namesThePluginsThatDoNotExistAndDefersMail() throws IOException {
        try (ServerUnderTest server = start(Files.readString(SAMPLE.resolve("plugins")))) {
            String log = log(server);
            boolean complete = true;
            for (Line line : lines(server.config().resolve("plugins"))) {
                String notInstalled = line.place() + " plugin '" + line.plugin() + "': it is ";
                if (isInstalled(line.plugin())) {
                    assertThat(log).doesNotContain(notInstalled);
                } else {
                    assertThat(log).contains(notInstalled);
                    complete = false;
                }
            }
            if (!complete) {
                assertDefers(server);
            }
            assertThat(log).doesNotContain("unknown option").doesNotContain("Exception");
        }
    }

    @Test
    void defersMailWhenOnePluginMoreDoesNotExist() throws IOException {
        String plugins = Files.readString(SAMPLE.resolve("plugins")) + "no_such_plugin x 1\n";
        try (ServerUnderTest server = start(plugins)) {
            List<Line> lines = lines(server.config().resolve("plugins"));
            Line last = lines.get(lines.size() - 1);
            assertThat(log(server)).contains(last.place() + " plugin 'no_such_plugin'");
            assertDefers(server);
        }
    }

    @Test
    void servesWhenThePluginsThatDoNotExistAreOptional() throws IOException {
        StringBuilder plugins = new StringBuilder();
        for (String line : Files.readAllLines(SAMPLE.resolve("plugins"))) {
            boolean known = !isPlugin(line) || isInstalled(line.split(" ", 2)[0]);
            plugins.append(line).append(known ? "\n" : " optional\n");
        }
        try (ServerUnderTest server = start(plugins.toString())) {
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                smtp.send("MAIL FROM:<a@b.test>");
                smtp.expect(250);
            }
        }
    }

    private ServerUnderTest start(String plugins) throws IOException {
        String logging = Files.readString(SAMPLE.resolve("logging"));
        return ServerUnderTest.builder()
                .configFrom(SAMPLE)
                .file("plugins", plugins.split("\n", -1))
                .file(
                        "logging",
                        logging.replace("/var/log/qpsmtpd", logs.toString()).split("\n", -1))
                .start();
    }

    /** What it wrote, wherever it was told to write it. */
    private String log(ServerUnderTest server) throws IOException {
        StringBuilder log = new StringBuilder(server.log());
        try (var files = Files.list(logs)) {
            for (Path file : files.toList()) {
                log.append(Files.readString(file));
            }
        }
        return log.toString();
    }

    private static void assertDefers(ServerUnderTest server) {
        try (SmtpDialogue smtp = server.connect()) {
            smtp.expect(421, "4.3.5");
            smtp.expectClosed();
        }
    }

    /** A line that names a plugin. */
    private record Line(Path file, int number, String plugin) {
        String place() {
            return file + ":" + number + ":";
        }
    }

    private static List<Line> lines(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (isPlugin(line)) {
                lines.add(new Line(file, number, line.strip().split("\\s+", 2)[0]));
            }
        }
        return lines;
    }

    private static boolean isPlugin(String line) {
        return !line.isBlank() && !line.startsWith("#") && !line.startsWith("$");
    }

    /** Plugins of before 0.90 began with check_; one of them has another name now. */
    private static boolean isInstalled(String plugin) {
        String name = plugin.replace("check_spamhelo", "helo").replace("check_", "");
        String bundle = "org.qpsmtpd.plugin." + name.replaceAll("[_-]", "").replace('/', '.');
        return Files.exists(ServerUnderTest.home().resolve("plugins/" + bundle + "-1.0.0.jar"));
    }
}
