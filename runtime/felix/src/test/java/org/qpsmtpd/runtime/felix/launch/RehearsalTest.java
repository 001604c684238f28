package org.qpsmtpd.runtime.felix.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.runtime.felix.home.Scratch;

final class RehearsalTest {
    @Test
    void hasTheWholeSampleConfigurationAndNothingOfTheAdministrators(@TempDir Path folder)
            throws Exception {
        Scratch room = Scratch.open(folder.resolve("var"));
        Map<String, String> properties = new HashMap<>();
        Rehearsal.furnish(room, properties);
        Path sample = Path.of("src/main/config");
        try (Stream<Path> files = Files.list(sample)) {
            assertThat(Rehearsal.FILES)
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString()).toList());
        }
        Path config = room.cache().resolve("config");
        assertThat(config.resolve("plugins")).hasSameTextualContentAs(sample.resolve("plugins"));
        assertThat(properties)
                .containsEntry("org.qpsmtpd.config_dir", config.toString())
                .containsEntry("org.qpsmtpd.console_socket", "")
                .allSatisfy(
                        (key, value) ->
                                assertThat(value.isEmpty() || Path.of(value).startsWith(folder))
                                        .as(key)
                                        .isTrue());
    }

    @Test
    void speaksAWholeSessionAndWaitsForEachReply() throws Exception {
        Inherited inherited = Rehearsal.begin();
        assertThat(inherited.rehearsal()).isTrue();
        List<String> said = new ArrayList<>();
        try (Socket socket = ((SocketChannel) inherited.channel()).socket();
                OutputStream out = socket.getOutputStream();
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), US_ASCII))) {
            socket.setSoTimeout(30_000);
            out.write("220-first\r\n220 ready\r\n".getBytes(US_ASCII));
            String line = in.readLine();
            while (line != null) {
                said.add(line);
                out.write("250 yes\r\n".getBytes(US_ASCII));
                line = in.readLine();
            }
        }
        assertThat(said)
                .containsExactly(
                        "EHLO localhost",
                        "MAIL FROM:<postmaster@localhost>",
                        "RCPT TO:<postmaster>",
                        "RSET",
                        "QUIT");
    }
}
