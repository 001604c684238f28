package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/**
 * Sends mail without pause to a server with the plugins of {@code HookPlugins}, in sessions of
 * different lengths, and holds every reply against what the plugins mean it to be. Each message has
 * an id of its own.
 */
final class SwapClient implements Runnable {
    private static final Pattern VERSION = Pattern.compile("v(\\d{7})");
    private static final List<Integer> LENGTHS = List.of(1, 1, 2, 1, 5, 1, 12);

    /** No client sends more; it bounds a test whose end never comes. */
    private static final int MOST_SESSIONS = 100_000;

    /** It gives up after so many failures: the verdict is clear. */
    private static final int MOST_FAILURES = 20;

    private final Supplier<SmtpDialogue> server;
    private final int number;
    private final Consumer<SwapSession> sessions;
    private final Consumer<String> failures;
    private volatile boolean stopped;

    /**
     * @param server connects
     * @param sessions takes each session that went well
     * @param failures takes the dialogue of each other one
     */
    SwapClient(
            Supplier<SmtpDialogue> server,
            int number,
            Consumer<SwapSession> sessions,
            Consumer<String> failures) {
        this.server = server;
        this.number = number;
        this.sessions = sessions;
        this.failures = failures;
    }

    /** Lets it end after its current session. */
    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        int failed = 0;
        for (int count = 0; count < MOST_SESSIONS && !stopped && failed < MOST_FAILURES; count++) {
            try {
                sessions.accept(session(count));
            } catch (AssertionError | RuntimeException e) {
                failed++;
                failures.accept("client " + number + ", session " + count + ": " + e);
            }
        }
    }

    private SwapSession session(int count) {
        long began = System.nanoTime();
        int messages = LENGTHS.get((number + count) % LENGTHS.size());
        try (SmtpDialogue smtp = server.get()) {
            smtp.expect(220);
            Visit visit = new Visit(smtp, "c" + number + "-s" + count, began);
            visit.hello(count);
            for (int i = 0; i < messages; i++) {
                visit.asides();
                visit.deliver(i);
            }
            return visit.goodbye(messages);
        }
    }

    /** One session. */
    private static final class Visit {
        private final SmtpDialogue smtp;
        private final String name;
        private final long began;
        private final long greeted = System.nanoTime();
        private final Map<String, Integer> told = new HashMap<>();
        private final List<String> accepted = new ArrayList<>();

        Visit(SmtpDialogue smtp, String name, long began) {
            this.smtp = smtp;
            this.name = name;
            this.began = began;
        }

        void hello(int count) {
            if (count % 3 == 0) {
                smtp.send("HELO load.test");
                smtp.expect(250);
            }
            smtp.send("EHLO load.test");
            SmtpReply hello = smtp.expect(250);
            List<String> offered =
                    hello.lines().stream().filter(line -> line.startsWith("XSWAP ")).toList();
            assertThat(offered).as("its version in:\n%s", smtp.transcript()).hasSize(1);
            told("ehlo", offered.get(0), "XSWAP VERSION");
            hello.lines().stream()
                    .filter(line -> line.startsWith("AUTH "))
                    .flatMap(line -> Stream.of(line.split(" ", -1)))
                    .forEach(this::authenticate);
        }

        /** Attempts fail, but for the one that is given up: a fifth failure would end all. */
        private void authenticate(String mechanism) {
            switch (mechanism) {
                case "PLAIN" -> attempt("AUTH PLAIN " + base64("\0joe\0secret"));
                case "LOGIN" -> attempt("AUTH LOGIN " + base64("joe"), base64("secret"));
                case "CRAM-MD5" ->
                        attempt("AUTH CRAM-MD5", base64("joe 0123456789abcdef0123456789abcdef"));
                case "OAUTHBEARER" ->
                        attempt(
                                "AUTH OAUTHBEARER " + base64("n,,\1auth=Bearer abc\1\1"),
                                base64("\1"));
                case "SCRAM-SHA-256" -> {
                    smtp.send("AUTH SCRAM-SHA-256 " + base64("n,,n=joe,r=abc"));
                    smtp.expect(334);
                    smtp.send("*");
                    smtp.expect(501);
                }
                default -> {}
            }
        }

        private void attempt(String... lines) {
            for (int i = 0; i < lines.length; i++) {
                smtp.send(lines[i]);
                smtp.expect(i < lines.length - 1 ? 334 : 535);
            }
        }

        private static String base64(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(US_ASCII));
        }

        /** Commands around the mail. */
        void asides() {
            smtp.send("NOOP");
            smtp.expect(250);
            smtp.send("VRFY amy");
            told("vrfy", smtp.expect(250).text(), "vrfy VERSION");
            smtp.send("HELP");
            told("help", smtp.expect(214).text(), "help VERSION");
            smtp.send("XYZZY");
            told("unrecognized_command", smtp.expect(500).text(), "unknown VERSION");
        }

        void deliver(int index) {
            String id = "<" + name + "-m" + index + "@load.test>";
            smtp.send("MAIL FROM:<joe@example.net>");
            String sender = smtp.expect(250).text();
            told(
                    "mail_pre",
                    sender,
                    "<joe+VERSION@example.net>, sender OK - how exciting to get mail from you!");
            smtp.send("RCPT TO:<amy@example.com>");
            String recipient = smtp.expect(250).text();
            told("rcpt_pre", recipient, "<amy+VERSION@example.com>, recipient ok");
            SmtpReply answer = smtp.data(message(id));
            assertThat(answer.code())
                    .as("the answer to the message in:\n%s", smtp.transcript())
                    .isEqualTo(250);
            accepted.add(id);
        }

        private static byte[] message(String id) {
            String text =
                    "From: joe@example.net\r\nMessage-Id: "
                            + id
                            + "\r\nSubject: load\r\n\r\nbody\r\n";
            return text.getBytes(US_ASCII);
        }

        SwapSession goodbye(int messages) {
            smtp.send("RSET");
            smtp.expect(250);
            smtp.send("QUIT");
            List<String> lines = smtp.expect(221).text().lines().toList();
            told("quit", lines.get(0), "bye VERSION");
            for (String line : lines.subList(1, lines.size())) {
                String[] pair = line.split("=", 2);
                assertThat(pair).as("met in one session: %s", line).hasSize(2);
                told(pair[0], pair[1], "VERSION");
            }
            smtp.expectClosed();
            return new SwapSession(messages, began, greeted, System.nanoTime(), told, accepted);
        }

        /** A reply must be what the plugin says, with the same version as before. */
        private void told(String hook, String reply, String wanted) {
            Matcher matcher = VERSION.matcher(reply);
            assertThat(matcher.find()).as("version in '%s'", reply).isTrue();
            assertThat(reply).isEqualTo(wanted.replace("VERSION", matcher.group()));
            int version = Integer.parseInt(matcher.group(1));
            Integer before = told.putIfAbsent(hook, version);
            assertThat(before == null || before == version)
                    .as("one version of %s in:\n%s", hook, smtp.transcript())
                    .isTrue();
        }
    }
}
