package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.StoredMessage;

/** A plugin built outside the repository, dropped into the deploy folder of a running server. */
class SamplePluginIT {
    private static final String JAR = "sample-plugin.jar";
    private static final String PACKAGE = "src/main/java/org/example/stamp";

    private static Path built = Path.of("");

    private final Path folder;

    SamplePluginIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /**
     * A copy of its folder, with a class that can be compiled, but not as the checks of this
     * repository want it.
     */
    private static Path copy(Path source) throws IOException {
        String author = Path.of("sample-plugin").toAbsolutePath().toString();
        Shell.run("cp", "-r", author + "/.", source.toString());
        Shell.run("rm", "-rf", source + "/target");
        Files.writeString(
                source.resolve(PACKAGE).resolve("Loose.java"),
                "package org.example.stamp;class Loose{java.util.List list=new"
                        + " java.util.ArrayList();int same(Object o){return o==null?1:1;}}");
        return source;
    }

    /** Builds it as its author would, with stamp 7. */
    @BeforeAll
    static void build(@TempDir Path folder) throws IOException {
        Path source = copy(folder.resolve("sample"));
        Shell.maven(source, "package", "-DskipTests", "-Dsample.stamp=7");
        built = source.resolve("target").resolve(JAR);
        assertThat(built).isRegularFile();
    }

    /** The same with another stamp, by what the build puts into a jar. */
    private static PluginBundle stamped(int stamp) throws IOException {
        byte[] text = Integer.toString(stamp).getBytes(StandardCharsets.US_ASCII);
        return PluginBundle.of("org.example.stamp", built).withFile("stamp.txt", text);
    }

    /** The next version of it as well. */
    private static byte[] next(int stamp) throws IOException {
        return stamped(stamp).withVersion("1.0." + stamp).jar();
    }

    private static void deploy(ServerUnderTest server, Path jar) throws IOException {
        Path part = server.deploy().resolve("sample.part");
        Files.copy(jar, part);
        Files.move(part, server.deploy().resolve(JAR));
    }

    private static String stamp(ServerUnderTest server, String subject) {
        Mail.deliver(server, subject);
        return stampOf(server, subject);
    }

    /** The stamps of the message with that subject. */
    private static String stampOf(ServerUnderTest server, String subject) {
        List<String> found =
                server.maildir().messages().stream()
                        .map(StoredMessage::contentText)
                        .filter(text -> text.contains("Subject: " + subject + "\n"))
                        .toList();
        assertThat(found).as(subject).isNotEmpty();
        return String.join(
                ",",
                found.get(found.size() - 1)
                        .lines()
                        .filter(line -> line.startsWith("X-Sample-Stamp: "))
                        .map(line -> line.substring("X-Sample-Stamp: ".length()))
                        .toList());
    }

    @Test
    void joinsIsReplacedAndLeavesWhileTheServerRuns() throws IOException {
        Path second = Files.write(folder.resolve(JAR), stamped(8).jar());
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue before = server.connect()) {
            before.hello();
            assertThat(stamp(server, "without")).isEmpty();
            deploy(server, built);
            Eventually.get("stamp 7", () -> stamp(server, "seven"), "7"::equals);
            Mail.deliver(before, "older session");
            assertThat(stampOf(server, "older session")).isEmpty();
            Files.copy(second, server.deploy().resolve(JAR), StandardCopyOption.REPLACE_EXISTING);
            Eventually.get("stamp 8", () -> stamp(server, "eight"), "8"::equals);
            Files.delete(server.deploy().resolve(JAR));
            Eventually.get("no stamp", () -> stamp(server, "none"), String::isEmpty);
            assertThat(Traces.first(server.log())).isEmpty();
        }
    }

    @Test
    void isReplacedAgainAndAgainWhileClientsSend() throws IOException {
        try (ServerUnderTest server = Mail.server().deployed(JAR, next(10)).start()) {
            DeployFolder folder = DeployFolder.of(server);
            try (Load load = Load.start(server, 2, Load::deliverOne)) {
                for (int stamp = 11; stamp <= 15; stamp++) {
                    folder.put(JAR, next(stamp));
                    String wanted = Integer.toString(stamp);
                    Eventually.get(
                            "stamp " + stamp, () -> stamp(server, "is " + wanted), wanted::equals);
                    load.check();
                }
            }
            assertThat(server.maildir().messages())
                    .allSatisfy(
                            message ->
                                    assertThat(message.contentText())
                                            .containsOnlyOnce("X-Sample-Stamp: 1"));
        }
    }

    @Test
    void takesItsSettingsFromItsLine() throws IOException {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "sample header X-Other optional", "queue/maildir MAIL")
                        .start()) {
            assertThat(stamp(server, "not yet")).isEmpty();
            deploy(server, built);
            Eventually.holds(
                    "the field of its line",
                    () -> {
                        Mail.deliver(server, "with line");
                        return server.maildir().messages().stream()
                                .anyMatch(m -> m.contentText().contains("\nX-Other: 7\n"));
                    });
        }
    }

    private static Process dev(ServerUnderTest server, Path source) throws IOException {
        String program = ServerUnderTest.home().resolve("bin/qpsmtpd-dev").toString();
        ProcessBuilder builder =
                new ProcessBuilder(program, source.toString()).redirectErrorStream(true);
        builder.environment().put("QPSMTPD_DEPLOY", server.deploy().toString());
        builder.environment().put("QPSMTPD_CONSOLE", server.console().toString());
        return builder.start();
    }

    @Test
    void isBuiltAndDroppedWheneverItIsSaved() throws Exception {
        Path source = copy(folder.resolve("dev"));
        try (ServerUnderTest server = Mail.server().start()) {
            Process dev = dev(server, source);
            ProcessOutput output = ProcessOutput.of(dev.getInputStream());
            try {
                output.await("the first build", text -> text.contains(JAR + " is in use"));
                assertThat(stamp(server, "first")).isEqualTo("1");
                Eventually.holds(
                        "what the server logs",
                        () -> {
                            Mail.deliver(server, "again");
                            return output.text().contains("(data_post) sample: pass: stamp 1");
                        });

                Path pom = source.resolve("pom.xml");
                String first = "<sample.stamp>1<";
                Files.writeString(pom, Files.readString(pom).replace(first, "<sample.stamp>2<"));
                Eventually.get("stamp 2", () -> stamp(server, "second"), "2"::equals);

                Files.writeString(source.resolve(PACKAGE).resolve("Broken.java"), "class {");
                output.await("a failure", text -> text.contains("the build failed; it is tried"));
                assertThat(stamp(server, "third")).isEqualTo("2");

                Shell.run("kill", Long.toString(dev.pid()));
                assertThat(dev.waitFor()).isZero();
                output.await("its end", text -> text.contains("ended; " + JAR + " stays in "));
            } finally {
                dev.descendants().forEach(ProcessHandle::destroy);
                dev.destroyForcibly();
            }
        }
    }
}
