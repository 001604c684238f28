package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** The plugins that ask lists, and the name server of lists that sites have, rbldnsd. */
class DnsListsIT {
    private final Path folder;
    private int port;
    private Process lists;

    DnsListsIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void serveLists() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        zone(
                "bl",
                ":127.0.0.2:listed, see http://bl.example/?$",
                "127.0.0.2",
                "127.0.0.3 :127.0.0.9:x");
        zone("all", ":127.0.0.2:everything", "0.0.0.0/0");
        zone("friends", ":127.0.5.2:a friend", "127.0.0.2", "127.0.0.4");
        zone("rhs", ":127.0.0.2:test", "test", "spam.test");
        port = FreePort.take();
        List<String> arguments = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            arguments.addAll(List.of("-u", "nobody")); // it does not serve as root
        }
        arguments.addAll(List.of("-n", "-b", "127.0.0.1/" + port, "-w", folder.toString()));
        arguments.add("bl.example:ip4set:bl");
        arguments.add("all.example:ip4trie:all");
        arguments.add("friends.example:ip4set:friends");
        arguments.add("rhs.example:dnset:rhs");
        lists = Program.find("rbldnsd", "rbldnsd").start(arguments, List.of());
        ProcessOutput.of(lists.getInputStream()).await("rbldnsd", said -> said.contains("started"));
    }

    private void zone(String name, String... lines) throws IOException {
        Path file = Files.write(folder.resolve(name), List.of(lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void endLists() throws InterruptedException {
        lists.destroy();
        if (!lists.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            lists.destroyForcibly();
        }
    }

    private ServerUnderTest start(String... plugins) {
        return ServerUnderTest.builder()
                .plugins(plugins)
                .file("dns_servers", "127.0.0.1:" + port)
                .file("dnsbl_zones", "all.example", "bl.example=127.0.0.2")
                .file("rhsbl_zones", "rhs.example is known for spam")
                .file("whitelist_zones", "friends.example")
                .start();
    }

    private static SmtpDialogue connect(ServerUnderTest server, int last) {
        return SmtpDialogue.from(Loopback.v4(last), Loopback.v4(1, server.port()));
    }

    @Test
    void refusesWhoIsListed() {
        try (ServerUnderTest server = start("dnsbl", "rhsbl", "rcpt_ok", "queue/maildir MAIL")) {
            try (SmtpDialogue client = connect(server, 2)) {
                assertThat(client.expect(550).text())
                        .isEqualTo("listed, see http://bl.example/?127.0.0.2");
                client.expectClosed();
            }
            try (SmtpDialogue client = connect(server, 3)) {
                client.hello();
                assertThat(client.command("MAIL FROM:<a@spam.test>").text())
                        .isEqualTo("Mail from spam.test rejected because it is known for spam");
                assertThat(client.command("MAIL FROM:<a@ham.test>").code()).isEqualTo(250);
            }
            server.awaitLog("all.example is not asked for 60 minutes: it lists what no list has");
            assertThat(Console.run(server, "plugins", "--figures")).contains("bl_example_hits");
        }
    }

    @Test
    void sparesFriendsAndGoesOnWithoutLists() throws Exception {
        try (ServerUnderTest server =
                start("dns_whitelist_soft at connect", "dnsbl", "rcpt_ok", "queue/maildir MAIL")) {
            try (SmtpDialogue client = connect(server, 2)) {
                client.expect(220);
            }
            server.awaitLog("whitelisted by friends.example: a friend");
            endLists();
            try (SmtpDialogue client = connect(server, 5)) {
                client.expect(220);
            }
            server.awaitLog("not listed, without answer: 2");
        }
    }
}
