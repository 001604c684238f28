package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** A server with a spool, a next hop that comes and goes, and a SIGKILL now and then. */
class SpoolIT {
    private static final int KILLS = 6;
    private static final Pattern SUBJECT = Pattern.compile("(?m)^Subject: (\\S+)$");
    private static final String READ =
            """
            import email, sys
            m = email.message_from_binary_file(open(sys.argv[1], 'rb'))
            print(m.get_content_type(), m.get_param('report-type'), m.defects)
            text, status, original = m.get_payload()
            for part in text, status, original:
                print(part.get_content_type())
            for block in status.get_payload():
                print(','.join(sorted(block.keys())), block.defects)
            block = status.get_payload()[1]
            print(block['Action'], block['Status'])
            print(original.get_payload()[0]['Subject'])
            """;

    private final Path folder;

    SpoolIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private ServerUnderTest server(ComingAndGoingHop hop) {
        Path spool = folder.resolve("spool");
        return ServerUnderTest.builder()
                .plugins(
                        "rcpt_ok",
                        "queue/spool 127.0.0.1 "
                                + hop.port()
                                + " first_retry 1 longest_retry 1 folder "
                                + spool)
                .start();
    }

    private static Set<String> subjects(ComingAndGoingHop hop) {
        Set<String> subjects = new HashSet<>();
        for (String message : hop.messages()) {
            Matcher subject = SUBJECT.matcher(message);
            if (subject.find()) {
                subjects.add(subject.group(1));
            }
        }
        return subjects;
    }

    @Test
    void losesNothingThatItAnsweredFor() {
        Set<String> accepted = new HashSet<>();
        try (ComingAndGoingHop hop = new ComingAndGoingHop()) {
            for (int kill = 0; kill < KILLS; kill++) {
                hop.setUp(kill % 2 == 0);
                try (ServerUnderTest server = server(hop)) {
                    for (int i = 0; i < 10; i++) {
                        hop.setUp(i % 5 == kill % 5);
                        String subject = "kill-" + kill + "-" + i;
                        Mail.deliver(server, subject);
                        accepted.add(subject);
                    }
                    server.kill();
                }
            }
            hop.setUp(true);
            try (ServerUnderTest server = server(hop)) {
                Eventually.holds(
                        "all that was accepted", () -> subjects(hop).containsAll(accepted));
                assertThat(server.log()).doesNotContain("put aside");
            }
        }
    }

    /** A program that reads mail for others understands it. */
    @Test
    void reportsSoThatProgramsUnderstand() throws Exception {
        Program python = Program.find("python3", "python3");
        try (ComingAndGoingHop hop = new ComingAndGoingHop();
                ServerUnderTest server = server(hop)) {
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.envelope(Mail.SENDER, "nobody@example.com");
                assertThat(session.data(Mail.message("returned")).code()).isEqualTo(250);
            }
            Eventually.holds("a report", () -> !hop.messages().isEmpty());
            Path report = Files.writeString(folder.resolve("report"), hop.messages().get(0));
            Program.Result read = python.run("-c", READ, report.toString());

            assertThat(read.output().lines())
                    .containsExactly(
                            "multipart/report delivery-status []",
                            "text/plain",
                            "message/delivery-status",
                            "message/rfc822",
                            "Arrival-Date,Reporting-MTA []",
                            "Action,Diagnostic-Code,Final-Recipient,Last-Attempt-Date,"
                                    + "Remote-MTA,Status []",
                            "failed 5.1.1",
                            "returned");
        }
    }
}
