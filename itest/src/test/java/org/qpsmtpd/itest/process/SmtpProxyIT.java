package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;

/** What swaks reads of a server that bridges it to a real mail system. */
@Timeout(240)
class SmtpProxyIT {
    private final Path folder;

    SmtpProxyIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Shell.run("chmod", "755", folder.toString());
    }

    @BeforeAll
    static void asRoot() {
        assumeTrue(Shell.isRoot(), "Exim is started as root");
    }

    @Test
    void swaksReadsWhatEximSays() throws Exception {
        try (EximServer exim = new EximServer(Files.createDirectory(folder.resolve("exim")));
                ServerUnderTest server =
                        ServerUnderTest.builder()
                                .plugins("queue/smtp-proxy 127.0.0.1 " + exim.port(), "rcpt_ok")
                                .file("rcpthosts", "example.com")
                                .start()) {
            String everybody = "nobody@example.com,later@example.com,c@example.com";
            String sent = swaks(server, "a@b.test", "--to", everybody, "--header", "X-Wanted: yes");

            assertThat(sent)
                    .contains("550-5.1.1 no such person\n", "550 5.1.1 and never was (#5.1.1)\n")
                    .contains("451 4.2.1 come back tomorrow (#4.2.1)\n")
                    .containsPattern("250 2.0.0 OK id=\\S+\n");
            assertThat(exim.queue())
                    .contains("<a@b.test>", "c@example.com", "X-Wanted: yes", "by hand")
                    .doesNotContain("<nobody@example.com>");

            assertThat(swaks(server, "bad@b.test", "--to", "c@example.com"))
                    .contains("550 5.7.1 we know that one (#5.7.1)\n");
            String unwanted =
                    swaks(server, "a@b.test", "--to", "c@example.com", "--header", "X-Wanted: no");
            assertThat(unwanted).contains("550 5.7.0 not wanted here (#5.7.0)\n");
            assertThat(unwanted).containsPattern("250[- ]DSN\n");
            assertThat(swaks(server, "a@b.test", "--to", "c@elsewhere.test"))
                    .contains("550 5.7.1 ")
                    .doesNotContain(" -> DATA");
        }
    }

    /** What both said. */
    private static String swaks(ServerUnderTest server, String sender, String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--server",
                                "127.0.0.1:" + server.port(),
                                "--helo",
                                "client.test",
                                "--timeout",
                                "60",
                                "--body",
                                "by hand",
                                "--from",
                                sender));
        words.addAll(List.of(more));
        return Program.find("swaks", "swaks").run(words).output().replace("\r", "");
    }
}
