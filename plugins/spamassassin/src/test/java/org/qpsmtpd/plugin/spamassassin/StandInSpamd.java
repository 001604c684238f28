package org.qpsmtpd.plugin.spamassassin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qpsmtpd.testkit.StandIn;

/** Answers as spamd does, with what a test says, and keeps what it was asked. */
final class StandInSpamd implements StandIn.Script {
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private final Answer answer;

    /** What is answered to a user. */
    interface Answer {
        String to(String user);
    }

    StandInSpamd(Answer answer) {
        this.answer = answer;
    }

    /** One that gives each message the same fields. */
    static StandInSpamd saying(String fields) {
        return new StandInSpamd(user -> fields);
    }

    /** What it was asked, as it came. */
    List<String> questions() {
        return questions;
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        String question = new String(in.readAllBytes(), UTF_8);
        questions.add(question);
        out.write(whole(answer.to(user(question))).getBytes(UTF_8));
    }

    private static String user(String question) {
        return question.lines()
                .filter(line -> line.startsWith("User: "))
                .map(line -> line.substring(6))
                .findFirst()
                .orElse("");
    }

    /** A whole answer of spamd. */
    static String whole(String fields) {
        String content = fields.replace("\n", "\r\n") + "\r\n\r\n";
        return "SPAMD/1.1 0 EX_OK\r\nContent-length: "
                + content.getBytes(UTF_8).length
                + "\r\nSpam: False ; 0.0 / 5.0\r\n\r\n"
                + content;
    }
}
