package org.qpsmtpd.plugin.logging.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

final class JsonPluginTest {
    private static final Instant TIME = Instant.parse("2026-03-04T05:06:07.800Z");

    private final Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    JsonPluginTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private JsonPlugin plugin(Map<String, Object> options) {
        return new JsonPlugin(
                Configs.config(JsonConfig.class, options),
                new PrintStream(out, true, UTF_8),
                new PrintStream(errors, true, UTF_8));
    }

    private static SessionMoment moment() {
        return new SessionMoment(
                TIME, "c1", "192.0.2.1", "mail.example.net", "helo.example", "bob", "TLSv1.3");
    }

    private static LogRecord line(LogLevel level, String text) {
        return new LogRecord(TIME, level, "c1", "c1-2", "rcpt", "rcpt_ok", text);
    }

    @Test
    void writesADecision() {
        plugin(Map.of("to", "stdout"))
                .onDecision(
                        moment(),
                        new Decision(
                                "c1-2", "rcpt", "rcpt_ok", "1.0", "DENY", "no", "why", 4000, 12));

        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        "{\"type\":\"decision\",\"time\":\"2026-03-04T05:06:07.800000Z\","
                                + "\"connection\":\"c1\",\"message\":\"c1-2\",\"ip\":\"192.0.2.1\","
                                + "\"hook\":\"rcpt\",\"plugin\":\"rcpt_ok\",\"version\":\"1.0\","
                                + "\"answer\":\"DENY\",\"text\":\"no\",\"reason\":\"why\",\"micros\":12}\n");
    }

    @Test
    void writesAMessage() {
        plugin(Map.of("to", "stdout"))
                .onMessage(
                        moment(),
                        new MessageRecord(
                                "c1-2", "", List.of("a@b.c", "d@e.f"), 2, 77, "250 2.0.0 Queued"));

        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        "{\"type\":\"message\",\"time\":\"2026-03-04T05:06:07.800000Z\","
                                + "\"connection\":\"c1\",\"message\":\"c1-2\",\"ip\":\"192.0.2.1\","
                                + "\"host\":\"mail.example.net\",\"helo\":\"helo.example\","
                                + "\"user\":\"bob\",\"tls\":\"TLSv1.3\",\"sender\":\"\","
                                + "\"recipients\":[\"a@b.c\",\"d@e.f\"],\"recipient_count\":2,"
                                + "\"octets\":77,\"outcome\":\"250 2.0.0 Queued\"}\n");
    }

    @Test
    void writesLinesUpToItsLevelToStandardErrorUnlessItIsTold() {
        JsonPlugin plugin = plugin(Map.of());
        assertThat(plugin.threshold()).isEqualTo(LogLevel.WARN);
        assertThat(plugin.onLog(line(LogLevel.NOTICE, "hidden"))).isEqualTo(HookResult.DECLINED);
        plugin.onLog(line(LogLevel.WARN, "shown"));

        assertThat(errors.toString(UTF_8))
                .isEqualTo(
                        "{\"type\":\"line\",\"time\":\"2026-03-04T05:06:07.800000Z\","
                                + "\"level\":\"WARN\",\"connection\":\"c1\",\"message\":\"c1-2\","
                                + "\"hook\":\"rcpt\",\"plugin\":\"rcpt_ok\",\"text\":\"shown\"}\n");
        assertThatThrownBy(() -> plugin(Map.of("loglevel", "LOUD"))).hasMessageContaining("'LOUD'");
    }

    @Test
    void escapesWhateverAClientSays() {
        String hostile =
                "a\"b\\c\r\n\u001b[2J\u0085\u2028\u202e\ud800x\udc00 grüße \ud83d\ude00 ${jndi:x}";
        plugin(Map.of("to", "stdout")).onLog(line(LogLevel.ERROR, hostile));

        assertThat(out.toString(UTF_8))
                .endsWith(
                        "\"text\":\"a\\\"b\\\\c\\u000d\\u000a\\u001b[2J\\u0085\\u2028\\u202e"
                                + "\\ud800x\\udc00 grüße \ud83d\ude00 ${jndi:x}\"}\n");
        assertThat(out.toString(UTF_8).lines()).hasSize(1);
    }

    @Test
    void appendsToAFileAndOpensItAnew() throws Exception {
        Path file = directory.resolve("mail.json");
        JsonPlugin plugin = plugin(Map.of("to", file.toString()));
        plugin.onLog(line(LogLevel.WARN, "one"));
        Files.move(file, directory.resolve("old.json"));
        plugin.onReload();
        plugin.onLog(line(LogLevel.WARN, "two"));
        plugin.close();

        assertThat(directory.resolve("old.json")).content().contains("\"one\"");
        assertThat(file).content().contains("\"two\"").doesNotContain("\"one\"");
        assertThat(plugin.figures()).extracting("value").containsExactly(2L, 0L);
    }

    @Test
    void complainsOnceOfAFileThatCannotBeWrittenAndCountsWhatIsLost() throws Exception {
        Path file = directory.resolve("absent/mail.json");
        JsonPlugin plugin = plugin(Map.of("to", file.toString()));
        plugin.onLog(line(LogLevel.WARN, "one"));
        plugin.onLog(line(LogLevel.WARN, "two"));
        assertThat(errors.toString(UTF_8).lines())
                .singleElement()
                .asString()
                .endsWith(" logging/json: " + file + ": its directory does not exist");
        Files.createDirectory(file.getParent());
        plugin.onReload();
        plugin.onLog(line(LogLevel.WARN, "three"));

        assertThat(file).content().contains("three");
        assertThat(plugin.figures()).extracting("value").containsExactly(1L, 2L);
    }

    @Test
    void writesASessionOfAServer() throws Exception {
        RcptHook choosy =
                (message, recipient) ->
                        recipient.address().user().equals("no")
                                ? HookResult.deny("not here", "unknown")
                                : HookResult.DECLINED;
        try (TestServer server =
                TestServer.builder()
                        .logger("logging/json", plugin(Map.of("to", "stdout")))
                        .plugin("choosy", choosy)
                        .plugin("mailbox", new Mailbox())
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.open("a@b.c", "user@example.com");
                client.send("RCPT TO:<no@example.com>");
                client.data("Subject: s\n\ntext");
                client.send("QUIT");
            }
            server.awaitLog("click, disconnecting");
        }
        List<String> lines = out.toString(UTF_8).lines().toList();

        assertThat(lines)
                .filteredOn(line -> line.contains("\"plugin\":\"choosy\"") && line.contains("DENY"))
                .singleElement()
                .asString()
                .contains("\"hook\":\"rcpt\"", "\"text\":\"not here\"", "unknown");
        assertThat(lines)
                .filteredOn(line -> line.contains("\"type\":\"message\""))
                .singleElement()
                .asString()
                .contains(
                        "\"sender\":\"a@b.c\"",
                        "\"recipients\":[\"user@example.com\"],\"recipient_count\":1,",
                        "\"helo\":\"client.test\"",
                        "\"outcome\":\"250 2.0.0 Queued\"");
        assertThat(lines)
                .as("a plugin that has no opinion has decided, too")
                .anyMatch(line -> line.contains("\"answer\":\"DECLINED\""));
    }
}
