package org.qpsmtpd.plugin.logging.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandSinkTest {
    private static final byte[] LINE = "a line\n".getBytes(StandardCharsets.US_ASCII);

    private final Path directory;
    private final List<String> complaints = new ArrayList<>();

    CommandSinkTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void givesLinesToTheCommandWithoutAShell() throws IOException {
        CommandSink sink = sink("tee", "$(id);x");
        sink.write(LINE);
        sink.write(LINE);
        end(sink);
        assertThat(directory.resolve("$(id);x")).hasContent("a line\na line\n");
    }

    @Test
    void hidesTheServersEnvironment() throws IOException {
        Path script = directory.resolve("script");
        Files.writeString(script, "#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > environment\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        end(sink(script.toString()));
        assertThat(directory.resolve("environment"))
                .hasContent("PATH=/usr/local/bin:/usr/bin:/bin\n");
    }

    @Test
    void doesNotWaitForACommandThatDoesNotRead() throws IOException {
        CommandSink sink = sink("tail", "-f", "/dev/null");
        try {
            byte[] large = new byte[1024];
            for (int i = 0; i < 5000; i++) {
                sink.write(large);
            }
            // Once more for each time that the pipe took a line in between.
            assertThat(complaints)
                    .isNotEmpty()
                    .containsOnly("the command is too slow, lines are lost");
        } finally {
            sink.close();
            sink.process().destroyForcibly();
            sink.process().onExit().join();
        }
    }

    @Test
    void failsWhenTheCommandHasEnded() {
        assertThatIOException()
                .isThrownBy(
                        () -> {
                            CommandSink sink = sink("true");
                            sink.process().onExit().join();
                            while (true) {
                                sink.write(LINE);
                            }
                        });
    }

    @Test
    void failsWhenThereIsNoSuchCommand() {
        assertThatIOException().isThrownBy(() -> sink("/no/such/command"));
    }

    private CommandSink sink(String... command) throws IOException {
        return new CommandSink(List.of(command), directory, complaints::add);
    }

    private static void end(CommandSink sink) {
        sink.close();
        sink.process().onExit().join();
    }
}
