package org.qpsmtpd.plugin.logging.adaptive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

final class AdaptivePluginTest {
    private static final RcptHook CHOOSY =
            (message, recipient) ->
                    recipient.address().user().equals("no")
                            ? HookResult.deny("not here")
                            : HookResult.DECLINED;
    private static final MailHook SPEAKING =
            (message, sender, parameters) -> HookResult.pass("from " + sender.user());

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private AdaptivePlugin plugin(Map<String, Object> options) {
        return plugin(options, 1_000_000);
    }

    private AdaptivePlugin plugin(Map<String, Object> options, long mostOctets) {
        return new AdaptivePlugin(
                Configs.config(AdaptiveConfig.class, options),
                new PrintStream(out, true, UTF_8),
                mostOctets);
    }

    /** What was written, without the ids of connections. */
    private List<String> lines() {
        return out.toString(UTF_8).lines().map(line -> line.replaceFirst("^[^ ]+ ", "")).toList();
    }

    private List<String> play(Map<String, Object> options, String... commands) throws Exception {
        try (TestServer server =
                TestServer.builder()
                        .logger("logging/adaptive", plugin(options))
                        .plugin("speaking", SPEAKING)
                        .plugin("choosy", CHOOSY)
                        .plugin("mailbox", new Mailbox())
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.read();
                client.send("EHLO helo.example");
                for (String command : commands) {
                    if (command.equals("MESSAGE")) {
                        client.data("Subject: s\n\ntext");
                    } else {
                        client.send(command);
                    }
                }
                client.send("QUIT");
            }
            server.awaitLog("click, disconnecting");
        }
        return lines();
    }

    private static List<String> marked(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("` ")).toList();
    }

    @Test
    void writesTheLinesOfAnAcceptedMessageAgain() throws Exception {
        List<String> lines =
                play(
                        Map.of("accept", "LOGINFO", "reject", "LOGINFO"),
                        "MAIL FROM:<a@b.c>",
                        "RCPT TO:<user@example.com>",
                        "MESSAGE");

        assertThat(lines).containsSubsequence("(mail) speaking: pass: from a", "250 2.0.0 Queued");
        assertThat(marked(lines))
                .contains("` (mail) speaking: pass: from a", "` 250 2.0.0 Queued")
                .doesNotContain("` dispatching QUIT");
        assertThat(lines.indexOf("` (mail) speaking: pass: from a"))
                .isGreaterThan(lines.indexOf("250 2.0.0 Queued"));
    }

    @Test
    void writesNothingAgainWhenAnythingWasRefused() throws Exception {
        List<String> lines =
                play(
                        Map.of("accept", "LOGINFO"),
                        "MAIL FROM:<a@b.c>",
                        "RCPT TO:<user@example.com>",
                        "RCPT TO:<no@example.com>",
                        "MESSAGE");

        assertThat(marked(lines)).isEmpty();
    }

    @Test
    void forgetsARefusalWithItsMessage() throws Exception {
        List<String> lines =
                play(
                        Map.of("accept", "LOGINFO"),
                        "MAIL FROM:<first@b.c>",
                        "RCPT TO:<no@example.com>",
                        "MAIL FROM:<second@b.c>",
                        "RCPT TO:<user@example.com>",
                        "MESSAGE");

        assertThat(marked(lines))
                .contains("` (mail) speaking: pass: from second")
                .doesNotContain("` (mail) speaking: pass: from first");
    }

    @Test
    void writesNothingAgainOfAMessageThatNeverCame() throws Exception {
        assertThat(
                        marked(
                                play(
                                        Map.of("accept", "LOGINFO"),
                                        "MAIL FROM:<a@b.c>",
                                        "RCPT TO:<user@example.com>",
                                        "RSET")))
                .isEmpty();
    }

    private static LogRecord line(LogLevel level, String connection, String text) {
        return new LogRecord(Instant.EPOCH, level, connection, "", "", text);
    }

    private static MessageRecord message(String id) {
        return new MessageRecord(id, "a@b.c", List.of(), 1, 10, "250 2.0.0 Queued");
    }

    private static SessionMoment moment(String connection) {
        return new SessionMoment(Instant.EPOCH, connection, "192.0.2.1", "Unknown", "", "", "");
    }

    @Test
    void keepsErrorsAndWritesWarningsUnlessItIsTold() {
        AdaptivePlugin plugin = plugin(Map.of());
        assertThat(plugin.threshold()).isEqualTo(LogLevel.WARN);
        assertThat(plugin.onLog(line(LogLevel.ERROR, "c1", "error")))
                .isEqualTo(HookResult.DECLINED);
        plugin.onLog(line(LogLevel.WARN, "c1", "warning"));
        plugin.onLog(line(LogLevel.NOTICE, "c1", "notice"));
        plugin.onMessage(moment("c1"), message("c1-1"));

        assertThat(out.toString(UTF_8)).isEqualTo("c1 error\nc1 warning\nc1 ` error\n");
    }

    @Test
    void marksWithThePrefixAndKeepsWhatIsLessUrgentThanWhatItWritesAtOnce() {
        AdaptivePlugin plugin = plugin(Map.of("accept", "6", "reject", "3", "prefix", "+"));
        assertThat(plugin.threshold()).isEqualTo(LogLevel.INFO);
        plugin.onLog(line(LogLevel.INFO, "c1", "info"));
        plugin.onLog(line(LogLevel.INFO, "c2", "of another"));
        plugin.onLog(line(LogLevel.INFO, "", "outside"));
        plugin.onMessage(moment("c1"), message("c1-1"));

        assertThat(out.toString(UTF_8)).isEqualTo("c1 + info\n");
    }

    @Test
    void keepsSomeLinesAndSaysHowManyItLeftOut() {
        AdaptivePlugin plugin = plugin(Map.of("accept", "6", "reject", "0"));
        for (int i = 0; i < 503; i++) {
            plugin.onLog(line(LogLevel.INFO, "c1", "line " + i));
        }
        plugin.onMessage(moment("c1"), message("c1-1"));

        assertThat(lines()).hasSize(501).last().isEqualTo("` 3 more lines are left out");
    }

    @Test
    void keepsLinesOfAllConnectionsUpToALimitAndHasTheirRoomAgain() {
        AdaptivePlugin plugin = plugin(Map.of("accept", "6", "reject", "0"), 500);
        plugin.onLog(line(LogLevel.INFO, "c1", "first"));
        plugin.onLog(line(LogLevel.INFO, "c2", "second"));
        plugin.onLog(line(LogLevel.INFO, "c3", "third"));
        plugin.onMessage(moment("c3"), message("c3-1"));
        plugin.onMessage(moment("c1"), message("c1-1"));
        plugin.onLog(line(LogLevel.INFO, "c3", "fourth"));
        plugin.onMessage(moment("c3"), message("c3-2"));

        assertThat(lines()).containsExactly("` 1 more lines are left out", "` first", "` fourth");
    }

    @Test
    void saysWhetherErrorsStandOnStandardError() {
        assertThat(plugin(Map.of()).writesToStandardError()).isTrue();
        assertThat(plugin(Map.of("reject", "2")).writesToStandardError()).isFalse();
    }

    @Test
    void forgetsAConnectionThatHasEnded() {
        AdaptivePlugin plugin = plugin(Map.of("accept", "6", "reject", "0"));
        plugin.onLog(line(LogLevel.INFO, "c1", "info"));
        plugin.onSessionEnd(
                new SessionRecord(
                        "c1",
                        "192.0.2.1",
                        "Unknown",
                        1,
                        List.of("plugins"),
                        Instant.EPOCH,
                        true,
                        List.of(),
                        0,
                        List.of()));
        plugin.onMessage(moment("c1"), message("c1-1"));

        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void refusesAnUnknownLevel() {
        assertThatThrownBy(() -> plugin(Map.of("accept", "LOUD"))).hasMessageContaining("'LOUD'");
    }
}
