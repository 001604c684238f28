package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.HungPlugins;

/** The system gives the server no further thread for a while, as {@code ulimit -u} has it. */
class NoThreadsIT {
    private static final int CLIENTS = 6;

    private final Path folder;
    private final Path trouble;

    NoThreadsIT(@TempDir Path folder) {
        this.folder = folder;
        trouble = folder.resolve("trouble");
    }

    /** Root may have any number, so there the server runs as somebody who has no other process. */
    private ServerUnderTest start() {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "hung deadline 30", "queue/maildir MAIL")
                        .options("--children", "4", "--idle-children", "1")
                        .environment("QPSMTPD_JAVA_OPTS", "-Ditest.trouble=" + trouble)
                        .deployed(
                                "hung.jar",
                                PluginBundle.of("org.example.hung", HungPlugins.OnWorker.class)
                                        .jar());
        if (Shell.isRoot()) {
            builder.home(UserIT.readableDistribution(folder)).options("--user", "nobody");
        }
        return builder.start();
    }

    /**
     * The soft limit alone, which may be raised again; set by the server's own user, since root may
     * lack the right in a container.
     */
    private static void limitThreads(ServerUnderTest server, String most) {
        List<String> command = new ArrayList<>();
        if (Shell.isRoot()) {
            String group = Shell.run("id", "-g", "nobody").strip();
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=" + group));
            command.add("--clear-groups");
        }
        String pid = Long.toString(server.pid());
        command.addAll(List.of("prlimit", "--pid", pid, "--nproc=" + most + ":"));
        Shell.run(command.toArray(String[]::new));
    }

    private static String hardLimit(ServerUnderTest server) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "limits")).stream()
                .filter(line -> line.startsWith("Max processes"))
                .map(line -> line.split("\\s+", -1)[3])
                .findFirst()
                .orElseThrow();
    }

    private static List<SmtpDialogue> greeted(ServerUnderTest server) {
        return Stream.generate(server::connect)
                .limit(CLIENTS)
                .map(
                        smtp -> {
                            smtp.hello();
                            smtp.envelope(Mail.SENDER, Mail.RECIPIENT);
                            return smtp;
                        })
                .toList();
    }

    private static void sendAtOnce(List<SmtpDialogue> sessions, String subject) {
        sessions.forEach(smtp -> smtp.send("DATA").expect(354));
        for (SmtpDialogue smtp : sessions) {
            smtp.sendText("Subject: " + subject + "\r\n\r\nbody\r\n.\r\n");
        }
    }

    private static void expectTaken(List<SmtpDialogue> sessions) {
        for (SmtpDialogue smtp : sessions) {
            assertThat(smtp.read().code()).as(smtp.transcript()).isEqualTo(250);
            smtp.close();
        }
    }

    @Test
    void thoseThatLiveGoOnAndOthersComeLater() throws IOException {
        try (ServerUnderTest server = start()) {
            ProcessView view = new ProcessView(server.pid());
            Files.createDirectories(server.mail());
            Shell.run("chmod", "777", server.mail().toString());
            Mail.deliver(server, "before");
            List<SmtpDialogue> sessions = greeted(server);
            Eventually.get("the idle child alone", view::children, names -> names.size() == 1);
            limitThreads(server, "1");
            Files.writeString(trouble, "");
            try (SmtpDialogue hung = server.connect()) {
                hung.hello();
                hung.send("VRFY sleep");
                sendAtOnce(sessions, "without threads");
                server.awaitLog("the system gives no thread for a further child: 1 children go on");
                Files.delete(trouble);
                hung.expect(250);
            }
            expectTaken(sessions);
            Mail.deliver(server, "one after the other");
            limitThreads(server, hardLimit(server));
            server.awaitLog("there are threads for children again");
            sessions = greeted(server);
            sendAtOnce(sessions, "with threads");
            expectTaken(sessions);
            assertThat(server.maildir().messages()).hasSize(2 * CLIENTS + 2);
        }
    }
}
