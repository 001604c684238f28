package org.qpsmtpd.plugin.queue.maildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KilledServerTest {
    private static final Pattern MESSAGE =
            Pattern.compile(
                    "Return-Path: <matt@example\\.org>\nDelivered-To: user@example\\.com\n"
                            + "Subject: ([0-9]+)\n\n(.*)",
                    Pattern.DOTALL);

    private final Path directory;

    KilledServerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 300})
    @Timeout(120)
    void neverLosesWhatItAcknowledged(int acknowledgements) throws Exception {
        Set<Integer> acknowledged = deliverAndKillAfter(acknowledgements);
        Map<Integer, String> stored = storedMessages();
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(acknowledgements);
        assertThat(stored.keySet()).containsAll(acknowledged);
        stored.forEach((number, body) -> assertThat(body).isEqualTo(Deliverer.body(number)));
    }

    private Set<Integer> deliverAndKillAfter(int acknowledgements) throws Exception {
        Process server =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xshare:auto",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Deliverer.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Set<Integer> acknowledged = new HashSet<>();
        try (BufferedReader lines = server.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                acknowledged.add(Integer.valueOf(line));
                if (acknowledged.size() == acknowledgements) {
                    server.toHandle().destroyForcibly(); // leaves the output readable
                }
                line = lines.readLine();
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
        return acknowledged;
    }

    private Map<Integer, String> storedMessages() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("new"))) {
            return files.map(KilledServerTest::read)
                    .collect(
                            Collectors.toMap(
                                    message -> Integer.valueOf(message.group(1)),
                                    message -> message.group(2)));
        }
    }

    private static Matcher read(Path file) {
        try {
            Matcher message = MESSAGE.matcher(Files.readString(file));
            assertThat(message.matches()).as("%s is complete", file).isTrue();
            return message;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
