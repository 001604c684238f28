package org.qpsmtpd.plugin.queue.qmailqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.MESSAGE;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.RECORD;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.message;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** What the program is given, and the settings. */
@Timeout(120)
final class QmailQueuePluginTest {
    private final Path folder;

    QmailQueuePluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void handsOverMessageAndEnvelope() throws Exception {
        TestProgram program = TestProgram.of(folder, RECORD + "; echo $$ >\"$0.pid\"");
        FakeTransaction transaction = message().withRecipient("e@example.net");

        HookResult result = program.plugin().onQueue(transaction);

        long epoch = transaction.connection().clock().now().getEpochSecond();
        String queued =
                "Queued! " + epoch + " qp " + program.kept(".pid").strip() + " <1@example.org>";
        assertThat(result)
                .isEqualTo(
                        HookResult.ok(queued).because("pass: " + program.path() + ": " + queued));
        assertThat(program.kept(".message")).isEqualTo(MESSAGE.replace("\r\n", "\n"));
        assertThat(program.kept(".envelope"))
                .isEqualTo("Fa@example.org\0Tc@example.com\0Te@example.net\0\0");
        assertThat(transaction.connection().logged())
                .containsExactly(
                        "NOTICE (for %d) Queuing to %s"
                                .formatted(ProcessHandle.current().pid(), program.path()));
    }

    @Test
    void handsOverTheNullSender() throws Exception {
        assertThat(envelope(message().withSender(""))).isEqualTo("F\0Tc@example.com\0\0");
    }

    @Test
    void handsOverABarePostmaster() throws Exception {
        assertThat(envelope(message().withRecipient("postmaster")))
                .isEqualTo("Fa@example.org\0Tc@example.com\0Tpostmaster\0\0");
    }

    @Test
    void handsOverWhatAShellWouldRun() throws Exception {
        String address = "$(touch x);`id`|-oQ\"&' *@example.com";

        assertThat(envelope(message().withSender(address).withRecipient(address)))
                .isEqualTo("F" + address + "\0Tc@example.com\0T" + address + "\0\0");
    }

    @Test
    void handsOverUtf8AddressesAsUtf8() throws Exception {
        String envelope = envelope(message().withRecipient("jürgen@bücher.example"));

        assertThat(new String(envelope.getBytes(ISO_8859_1), UTF_8))
                .isEqualTo("Fa@example.org\0Tc@example.com\0Tjürgen@bücher.example\0\0");
    }

    @Test
    void handsOverManyRecipients() throws Exception {
        FakeTransaction transaction = message();
        StringBuilder expected = new StringBuilder("Fa@example.org\0Tc@example.com\0");
        for (int i = 0; i < 20_000; i++) {
            transaction.withRecipient("user" + i + "@example.com");
            expected.append("Tuser").append(i).append("@example.com\0");
        }

        assertThat(envelope(transaction)).isEqualTo(expected.append('\0').toString());
    }

    @Test
    void leavesSettledRecipientsOut() throws Exception {
        FakeTransaction transaction = message().withRecipient("d@example.com");
        transaction.recipients().get(0).settle(HookResult.DENY);

        assertThat(envelope(transaction)).isEqualTo("Fa@example.org\0Td@example.com\0\0");
    }

    /** No address that could end an entry of the envelope can be made at all. */
    @Test
    void cannotBeGivenAnAddressWithNulOrLineEnd() {
        for (String control : List.of("\0", "\r", "\n")) {
            assertThatThrownBy(() -> new Address("a" + control + "Tb", "example.com"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void keepsTheBodyButForLineEnds() throws Exception {
        String body = ".\r\n..\r\n.a\r\n\u00ff\u0080\0\r\na\rb\r\r\nFrom me\r\nlast\r";
        TestProgram program = TestProgram.of(folder, RECORD);

        program.plugin()
                .onQueue(message().withMessage(("Subject: x\r\n\r\n" + body).getBytes(ISO_8859_1)));

        assertThat(program.kept(".message"))
                .isEqualTo("Subject: x\n\n.\n..\n.a\n\u00ff\u0080\0\na\rb\r\nFrom me\nlast\r");
    }

    @Test
    void handsOverTenMegabytes() throws Exception {
        TestProgram program = TestProgram.of(folder, RECORD);
        FakeTransaction transaction = TestProgram.large(10);

        assertThat(program.plugin().onQueue(transaction).action()).isEqualTo(Action.OK);
        assertThat(program.kept(".message").equals(transaction.message())).isTrue();
    }

    @Test
    void handsOverTwentyAtOnce() throws Exception {
        TestProgram program =
                TestProgram.of(
                        folder, "set \"$$\"; cat >\"$0.$1\"; cat <&1 >>\"$0.$1\"; echo $1 >&2");
        QmailQueuePlugin plugin = program.plugin();
        ExecutorService clients = Executors.newFixedThreadPool(20);
        List<Callable<HookResult>> deliveries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String recipient = "user" + i + "@example.com";
            FakeTransaction one = message().withMessage("Subject: " + i + "\n\n" + "x\n".repeat(i));
            deliveries.add(() -> plugin.onQueue(one.withRecipient(recipient)));
        }

        List<Future<HookResult>> results = clients.invokeAll(deliveries);

        clients.shutdown();
        for (int i = 0; i < results.size(); i++) {
            String pid = results.get(i).get().text().replaceAll("Queued! \\d+ qp ", "");
            assertThat(program.kept("." + pid))
                    .isEqualTo(
                            "Subject: %1$d\n\n%2$sFa@example.org\0Tc@example.com\0Tuser%1$d@example.com\0\0",
                            i, "x\n".repeat(i));
        }
    }

    @Test
    void addsMissingBracketsToTheMessageId() throws Exception {
        assertThat(queued("Message-Id: 2@example.org")).endsWith(" <2@example.org>");
        assertThat(queued("Message-Id: <3@example.org> x")).endsWith(" <3@example.org>");
        assertThat(queued("Subject: none")).matches("Queued! \\d+ qp \\d+");
    }

    @Test
    void givesTheProgramNothingElse() throws Exception {
        TestProgram program =
                TestProgram.of(
                        folder,
                        "tr '\\0' '\\n' </proc/$$/environ >\"$0.environ\";"
                                + "tr '\\0' '\\n' </proc/$$/cmdline >\"$0.cmdline\";"
                                + "ls /proc/self/fd >\"$0.fds\";"
                                + RECORD);
        FakeTransaction transaction = message();
        transaction.connection().setRelayClient(true);

        program.plugin().onQueue(transaction);

        assertThat(program.kept(".environ").lines())
                .filteredOn(line -> !line.matches("(PWD|OLDPWD|SHLVL|_)=.*"))
                .containsExactlyInAnyOrder(
                        "PATH=/bin:/usr/bin:/var/qmail/bin",
                        "TCPREMOTEIP=192.0.2.1",
                        "RELAYCLIENT=");
        assertThat(program.kept(".cmdline").lines())
                .containsExactly("/bin/sh", program.path().toString());
        assertThat(program.kept(".fds").lines())
                .as("3 is what ls reads")
                .containsExactly("0", "1", "2", "3", "6");
    }

    @Test
    void tellsTheProgramOnlyOfClientsThatMayRelay() throws Exception {
        TestProgram program =
                TestProgram.of(folder, "echo \"${RELAYCLIENT-no}\" >\"$0.relay\"; " + RECORD);

        program.plugin().onQueue(message());

        assertThat(program.kept(".relay")).isEqualTo("no\n");
    }

    @Test
    void takesTheProgramOfTheEnvironmentFirst() throws Exception {
        Path other = folder.resolve("other");
        Files.createDirectories(other.resolve("bin"));
        Path used = TestProgram.of(other.resolve("bin"), RECORD).path();
        Map<String, String> setting = Map.of("program", "/none");

        assertThat(chosen(setting, Map.of("QMAILQUEUE", used.toString(), "QMAIL", "/q")))
                .isEqualTo(used.toString());
        assertThat(chosen(setting, Map.of("QMAILQUEUE", "", "QMAIL", "/q"))).isEqualTo("/none");
        assertThat(chosen(Map.of(), Map.of("QMAIL", other.toString()))).isEqualTo(used.toString());
        assertThat(chosen(Map.of(), Map.of("QMAIL", ""))).isEqualTo("/var/qmail/bin/qmail-queue");
        assertThat(chosen(Map.of(), Map.of())).isEqualTo("/var/qmail/bin/qmail-queue");
    }

    @Test
    void refusesARelativePath() {
        QmailQueueConfig config =
                Configs.config(QmailQueueConfig.class, Map.of("program", "bin/qq"));
        assertThatThrownBy(() -> new QmailQueuePlugin(config, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("program 'bin/qq' is not an absolute path");
        assertThatThrownBy(() -> new QmailQueuePlugin(config, Map.of("QMAILQUEUE", "qq")))
                .hasMessage("the environment's QMAILQUEUE 'qq' is not an absolute path");
        assertThatThrownBy(
                        () ->
                                new QmailQueuePlugin(
                                        Configs.config(QmailQueueConfig.class),
                                        Map.of("QMAIL", "qmail")))
                .hasMessage("QMAIL's program 'qmail/bin/qmail-queue' is not an absolute path");
    }

    @Test
    void hasTheDocumentedDefaults() {
        QmailQueueConfig config = Configs.config(QmailQueueConfig.class);

        assertThat(config.program()).isEmpty();
        assertThat(config.timeout()).isEqualTo(240);
    }

    private static String chosen(Map<String, ?> settings, Map<String, String> environment) {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.create()).withRecipient("c@example.com");
        new QmailQueuePlugin(Configs.config(QmailQueueConfig.class, settings), environment)
                .onQueue(transaction);
        return transaction.connection().logged().get(0).replaceAll(".* Queuing to ", "");
    }

    private String envelope(FakeTransaction transaction) throws Exception {
        TestProgram program = TestProgram.of(folder, RECORD);
        assertThat(program.plugin().onQueue(transaction).action()).isEqualTo(Action.OK);
        return program.kept(".envelope");
    }

    private String queued(String header) throws Exception {
        return TestProgram.of(folder, RECORD)
                .plugin()
                .onQueue(message().withMessage(header + "\n\nHello\n"))
                .text();
    }
}
