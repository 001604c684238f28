package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** A logging plugin is told what happens in sessions, in its place among the lines. */
class SessionEventsTest {
    private final Events events = new Events();

    /** Notes what it is told, in order. */
    private static final class Events implements LoggingHook {
        private final Queue<String> told = new ConcurrentLinkedQueue<>();

        @Override
        public boolean takesDecisions() {
            return true;
        }

        @Override
        public boolean takesRecords() {
            return true;
        }

        @Override
        public LogLevel threshold() {
            return LogLevel.INFO;
        }

        @Override
        public HookResult onLog(LogRecord line) {
            String message = line.messageId().isEmpty() ? "" : "[" + number(line.messageId()) + "]";
            told.add("line" + message + " " + line.text());
            return HookResult.DECLINED;
        }

        @Override
        public void onDecision(SessionMoment session, Decision decision) {
            if (!decision.answer().equals("DECLINED")) {
                String what = decision.hook() + " " + decision.answer() + " " + decision.text();
                told.add("decision from " + session.helloHost() + ": " + what);
            }
        }

        @Override
        public void onMessage(SessionMoment session, MessageRecord message) {
            told.add(
                    "message "
                            + number(message.id())
                            + " "
                            + message.sender()
                            + " "
                            + message.recipients()
                            + " "
                            + message.outcome());
        }

        @Override
        public void onSessionEnd(SessionRecord record) {
            told.add("end");
        }

        private static String number(String messageId) {
            return messageId.substring(messageId.indexOf('-') + 1);
        }

        List<String> told() {
            return List.copyOf(told);
        }
    }

    private List<String> play(String... commands) throws Exception {
        RcptHook choosy =
                (message, recipient) ->
                        recipient.address().user().equals("no")
                                ? HookResult.deny("not here")
                                : HookResult.DECLINED;
        MailHook lines =
                (message, sender, parameters) -> {
                    message.connection().log(LogLevel.ALERT, List.of("a\tb", "c"));
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder()
                        .logger("events", events)
                        .plugin("lines", lines)
                        .plugin("choosy", choosy)
                        .plugin("mailbox", new Mailbox())
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.read();
                for (String command : commands) {
                    if (command.equals("MESSAGE")) {
                        client.data("Subject: s\n\ntext");
                    } else {
                        client.send(command);
                    }
                }
            }
            server.awaitLog("click, disconnecting");
        }
        return events.told();
    }

    @Test
    void anAnswerComesBeforeTheLinesThatFollowIt() throws Exception {
        List<String> told =
                play("EHLO helo.example", "MAIL FROM:<a@b.c>", "RCPT TO:<no@example.com>", "QUIT");

        assertThat(told)
                .containsSubsequence(
                        "line[2] dispatching RCPT TO:<no@example.com>",
                        "decision from helo.example: rcpt DENY not here",
                        "line[2] 550 5.7.1 not here",
                        "line[2] dispatching QUIT",
                        "message 2 a@b.c [] 550 5.7.1 not here",
                        "end");
    }

    @Test
    void aMessageComesWithTheReplyToIt() throws Exception {
        List<String> told =
                play(
                        "EHLO helo.example",
                        "MAIL FROM:<a@b.c>",
                        "RCPT TO:<user@example.com>",
                        "MESSAGE",
                        "MAIL FROM:<>",
                        "RSET",
                        "QUIT");

        assertThat(told.stream().filter(one -> one.startsWith("message")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("message 2 a@b.c [user@example.com] 250 ");
        assertThat(told)
                .containsSubsequence("line[4] dispatching RSET", "message 4  [] ", "end")
                .contains("line dispatching QUIT");
    }

    @Test
    void aPluginSaysALineOfFieldsAtAnyLevel() throws Exception {
        assertThat(play("EHLO helo.example", "MAIL FROM:<a@b.c>", "QUIT"))
                .contains("line[2] a\\x09b\tc");
    }
}
