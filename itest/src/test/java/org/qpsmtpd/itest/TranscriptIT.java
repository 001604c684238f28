package org.qpsmtpd.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plays all transcripts; those with the same config files share a server. */
class TranscriptIT {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");
    private static final Map<Map<String, List<String>>, ServerUnderTest> SERVERS = new HashMap<>();

    @AfterAll
    static void stopServers() {
        SERVERS.values().forEach(ServerUnderTest::close);
    }

    static List<Transcript> transcripts() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".smtp"))
                    .sorted()
                    .map(Transcript::read)
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void answersAsTheTranscriptSays(Transcript transcript) {
        transcript.play(SERVERS.computeIfAbsent(transcript.config(), TranscriptIT::start));
    }

    private static ServerUnderTest start(Map<String, List<String>> config) {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("count_unrecognized_commands 4", "rcpt_ok", "queue/maildir MAIL");
        config.forEach((name, lines) -> builder.file(name, lines.toArray(new String[0])));
        return builder.start();
    }
}
