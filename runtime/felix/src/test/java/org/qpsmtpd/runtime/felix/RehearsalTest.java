package org.qpsmtpd.runtime.felix;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
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
