package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.StandIn;

/** A session of another client, recorded: the same is said, and the same comes of it. */
@Timeout(60)
final class RecordedSessionTest {
    private static final Path FILE =
            Path.of("../../../shared/suites/milter/miltertest-session.txt");
    private static final String MESSAGE =
            """
            From: Ann <ann@example.com>
            Subject: folded
            \tsubject
            X-Gone: bye

            Hello
            .
            Bye
            """;

    private final NettyPeers peers = new NettyPeers();
    private final CompletableFuture<List<String>> heard = new CompletableFuture<>();

    @AfterEach
    void close() {
        peers.close();
    }

    /** One line of the record: who speaks, the letter, and the data. */
    private record Said(boolean isClient, char letter, String data) {
        static Said parse(String line) {
            String[] words = line.split(" +", 4);
            String hex = words.length < 4 ? "" : words[3];
            String data = new String(HexFormat.of().parseHex(hex), ISO_8859_1);
            return new Said(line.startsWith(">"), words[1].charAt(0), data);
        }
    }

    private static List<Said> record() throws IOException {
        assumeThat(FILE).as("the suite is missing").exists();
        try (Stream<String> lines = Files.lines(FILE)) {
            return lines.filter(line -> line.startsWith("> ") || line.startsWith("< "))
                    .map(Said::parse)
                    .toList();
        }
    }

    /** Plays the filter's part; macros are each client's own. */
    private void play(List<Said> record, InputStream in, OutputStream out) throws IOException {
        DataInputStream data = new DataInputStream(in);
        List<String> said = new ArrayList<>();
        for (Said each : record) {
            if (!each.isClient) {
                byte[] octets = each.data.getBytes(ISO_8859_1);
                out.write(ScriptedMilter.packet(each.letter, octets));
            } else if (each.letter != 'D') {
                said.add(next(data));
            }
        }
        heard.complete(said);
    }

    private static String next(DataInputStream in) throws IOException {
        while (true) {
            byte[] packet = new byte[in.readInt()];
            in.readFully(packet);
            if (packet[0] != 'D') {
                return new String(packet, ISO_8859_1);
            }
        }
    }

    @Test
    void saysWhatAnotherClientSaid() throws Exception {
        List<Said> record = record();
        List<String> said;
        try (StandIn service = StandIn.onPort((in, out) -> play(record, in, out))) {
            Sessions session =
                    new Sessions(Sessions.plugin(peers, service.address(), "keepSeconds", "0"));
            session.connection.withRemotePort(12345);
            session.connect();
            session.ehlo();
            session.mail("ann@example.com", Map.of("size", "1000", "body", "8BITMIME"));
            session.rcpt("bob@example.org", Map.of("notify", "NEVER"));
            session.data();
            session.message(MESSAGE);
            session.reset();
            session.disconnect();

            assertThat(session.transactionBefore().message())
                    .isEqualTo(
                            """
                            X-First: zero
                            From: Ann <ann@example.com>
                            Subject: changed
                            X-Added: one

                            New body
                            """);
            assertThat(session.transactionBefore().sender().format())
                    .isEqualTo("<other@example.com>");
            assertThat(session.transactionBefore().recipients())
                    .extracting(each -> each.address().format())
                    .containsExactly("<new@example.org>");
            // Before the filter goes: its last word is on the way.
            said = heard.get(30, TimeUnit.SECONDS);
        }
        List<String> expected =
                record.stream()
                        .filter(each -> each.isClient && each.letter != 'D')
                        .map(each -> each.letter + each.data)
                        .toList();
        // That recipients are told which others have refused is not offered.
        assertThat(said.get(0)).isEqualTo(expected.get(0).replace("\u001f\u00ff", "\u001f\u00f7"));
        assertThat(sorted(said)).isEqualTo(sorted(expected));
    }

    /** Without the terms, and with parameters in order. */
    private static List<String> sorted(List<String> said) {
        return said.stream()
                .skip(1)
                .map(
                        each ->
                                each.charAt(0) == 'M'
                                        ? String.join(
                                                "|", new TreeSet<>(List.of(each.split("\0", -1))))
                                        : each)
                .toList();
    }
}
