package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** A server whose name server is unbound, with zones of the test's own. */
class NameServerIT {
    private static final int TEXTS = 50;

    private static Process unbound;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Program program = Program.find("unbound", "unbound");
        int port = FreePort.take();
        Path config = Files.write(folder.resolve("unbound.conf"), config(folder, port));
        unbound =
                new ProcessBuilder(program.path().toString(), "-d", "-p", "-c", config.toString())
                        .redirectErrorStream(true)
                        .start();
        ProcessOutput.of(unbound.getInputStream())
                .await("unbound to start", text -> text.contains("start of service"));
        server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "queue/maildir MAIL")
                        .file("dns_servers", "127.0.0.1:" + port + " trusted")
                        .start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        if (unbound != null) {
            unbound.destroy();
        }
    }

    /** Nothing is asked of anybody else: all zones are the server's own. */
    private static List<String> config(Path folder, int port) {
        List<String> lines = new ArrayList<>();
        lines.add("server:");
        lines.add("interface: 127.0.0.1@" + port);
        lines.add("username: \"\"\nchroot: \"\"\nuse-syslog: no\nlogfile: \"\"\nverbosity: 1");
        lines.add("do-daemonize: no\nmodule-config: \"iterator\"\ndo-ip6: no");
        lines.add("directory: \"" + folder + "\"\npidfile: \"" + folder + "/pid\"");
        lines.add("local-zone: \".\" static");
        lines.add("local-zone: \"example.org.\" static");
        lines.add("local-zone: \"127.in-addr.arpa.\" static");
        lines.add("local-data-ptr: \"127.0.0.1 client.example.org\"");
        lines.add("local-data: \"client.example.org. A 127.0.0.1\"");
        lines.add("local-data: \"example.org. 60 MX 10 client.example.org.\"");
        IntStream.range(0, TEXTS)
                .mapToObj(
                        i -> "local-data: 'texts.example.org. TXT \"" + i + "x".repeat(99) + "\"'")
                .forEach(lines::add);
        lines.add("remote-control:\ncontrol-enable: no");
        return lines;
    }

    @Test
    void greetsTheClientByItsName() {
        try (SmtpDialogue client = server.connect()) {
            client.expect(220);
            assertThat(client.command("EHLO x").toString()).contains("Hi client.example.org");
        }
    }

    @Test
    void looksUp() {
        assertThat(Console.run(server, "dns", "lookup", "127.0.0.1"))
                .contains("PTR client.example.org");
        assertThat(Console.run(server, "dns", "lookup", "example.org", "MX"))
                .contains("client.example.org");
        assertThat(Console.run(server, "dns", "lookup", "texts.example.org", "TXT").lines())
                .as("over TCP")
                .hasSize(TEXTS);
        assertThat(Console.ask(server, "dns", "lookup", "nobody.example.org", "A"))
                .contains("no such name");
        assertThat(Console.run(server, "dns")).contains("in use, trusted");
    }
}
