package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;

/** PROXY headers and XCLIENT as a real client sends them. */
@Timeout(240)
class EdgeIT {
    private static ServerUnderTest trusting(String file, String network) {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/maildir MAIL")
                .file(file, network)
                .start();
    }

    private static Result swaks(ServerUnderTest server, String more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--server",
                                "127.0.0.1:" + server.port(),
                                "--from",
                                "joe@example.net",
                                "--to",
                                "someone@example.com",
                                "--helo",
                                "client.test",
                                "--timeout",
                                "30"));
        all.addAll(List.of(more.split(" ", -1)));
        return Program.find("swaks", "swaks").run(all);
    }

    private static String delivered(ServerUnderTest server) throws IOException {
        try (var files = Files.list(server.mail().resolve("new"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--proxy-version 1 --proxy-family TCP4",
                "--proxy-version 2 --proxy-family AF_INET --proxy-command PROXY"
                        + " --proxy-protocol STREAM"
            })
    void servesTheClientOfATrustedProxy(String header) throws Exception {
        String ends =
                " --proxy-source 192.0.2.7 --proxy-source-port 4711"
                        + " --proxy-dest 198.51.100.1 --proxy-dest-port 25";
        try (ServerUnderTest server = trusting("proxy_protocol_from", "127.0.0.0/8")) {
            Result sent = swaks(server, header + ends);
            assertThat(sent.status()).as(sent.output()).isZero();
            assertThat(delivered(server)).contains("(192.0.2.7)");
        }
        try (ServerUnderTest server = trusting("proxy_protocol_from", "192.0.2.0/24")) {
            assertThat(swaks(server, header + ends).status()).isNotZero();
            assertThat(server.maildir().messages()).isEmpty();
        }
    }

    @Test
    void servesTheClientBehindATrustedOne() throws Exception {
        String behind = "--xclient-addr 192.0.2.9 --xclient-name real.test";
        try (ServerUnderTest server = trusting("xclient_from", "127.0.0.1")) {
            Result sent = swaks(server, behind);
            assertThat(sent.status()).as(sent.output()).isZero();
            assertThat(delivered(server)).contains("from real.test (HELO client.test) (192.0.2.9)");
        }
        try (ServerUnderTest server = trusting("xclient_from", "192.0.2.0/24")) {
            assertThat(swaks(server, behind).status()).isNotZero();
        }
    }
}
