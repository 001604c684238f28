package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Only CRLF, dot, CRLF ends a message. All nine ways to write line ends around a dot are sent, cut
 * in two at every octet, with commands behind them that must not run.
 */
class EndOfDataIT {
    private static final String BEFORE = "Subject: x\r\n\r\nfirst";
    private static final String AFTER =
            """
            MAIL FROM:<evil@b.test>
            RCPT TO:<evil@example.com>
            DATA
            Subject: smuggled

            second
            .
            """
                    .replace("\n", "\r\n");
    private static ServerUnderTest server;

    @BeforeAll
    static void start() {
        server = ServerUnderTest.builder().plugins("rcpt_ok", "queue/maildir MAIL").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<String> wrongEnds() {
        List<String> ends = new ArrayList<>();
        for (String before : List.of("\\r\\n", "\\n", "\\r")) {
            for (String after : List.of("\\r\\n", "\\n", "\\r")) {
                ends.add(before + "." + after);
            }
        }
        ends.remove("\\r\\n.\\r\\n");
        ends.add("\\r\\n.\\r\\r\\n");
        ends.add("\\r\\n\\r.\\r\\n");
        ends.add("\\r\\r\\n.\\r\\n");
        ends.add("\\r\\n.\\0\\r\\n\\n");
        return ends;
    }

    @ParameterizedTest
    @MethodSource("wrongEnds")
    void refusesABareLineEndOnceAndRunsNothingAfterIt(String escapedEnd) {
        int before = server.maildir().messages().size();
        String end = new String(Escapes.octets(escapedEnd), StandardCharsets.ISO_8859_1);
        byte[] all = octets(BEFORE + end + AFTER);
        int first = BEFORE.length() - 2;
        int last = BEFORE.length() + end.length() + 4;
        for (int cut = first; cut <= last; cut++) {
            try (SmtpDialogue smtp = receivingData()) {
                smtp.sendBytes(Arrays.copyOf(all, cut)).awaitRead();
                smtp.sendBytes(Arrays.copyOfRange(all, cut, all.length));
                smtp.expect(421, "4.5.2", "See http://smtpd.develooper.com/barelf.html");
                smtp.expectClosed();
            }
        }
        assertThat(server.maildir().messages()).hasSize(before);
    }

    @ParameterizedTest
    @MethodSource("cutsOfTheEnd")
    void findsTheRightEndWhereverItIsCut(int first, int second) {
        int before = server.maildir().messages().size();
        byte[] all = octets("Subject: x\r\n\r\n..\r\n.\r\nNOOP\r\n");
        try (SmtpDialogue smtp = receivingData()) {
            smtp.sendBytes(Arrays.copyOf(all, first)).awaitRead();
            smtp.sendBytes(Arrays.copyOfRange(all, first, second)).awaitRead();
            smtp.sendBytes(Arrays.copyOfRange(all, second, all.length));
            smtp.expect(250, "2.0.0", "Queued!");
            smtp.expect(250, "2.0.0", "OK");
            smtp.expectNothingMore();
        }
        List<StoredMessage> messages = server.maildir().messages();
        assertThat(messages).hasSize(before + 1);
        assertThat(messages.get(before).contentText()).isEqualTo("Subject: x\n\n.\n");
    }

    static List<Object[]> cutsOfTheEnd() {
        List<Object[]> cuts = new ArrayList<>();
        int body = "Subject: x\r\n".length();
        int end = body + "\r\n..\r\n.\r\nNO".length();
        for (int first = body; first < end; first++) {
            for (int second = first + 1; second <= Math.min(first + 3, end); second++) {
                cuts.add(new Object[] {first, second});
            }
        }
        return cuts;
    }

    private static SmtpDialogue receivingData() {
        SmtpDialogue smtp = server.connect();
        smtp.hello();
        smtp.envelope("joe@b.test", "amy@example.com");
        smtp.send("DATA");
        smtp.expect(354);
        return smtp;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
