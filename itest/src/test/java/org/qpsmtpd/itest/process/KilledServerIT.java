package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.StoredMessage;

/** A server that is killed with SIGKILL under load keeps what it has answered with 250. */
class KilledServerIT {
    private static final int CLIENTS = 8;
    private static final int LONGEST = 400_000;

    /** A message of any round: its name, and length and hash of its body with LF line ends. */
    private static final Pattern SHAPE =
            Pattern.compile(
                    "Subject: (\\S+)\nX-Length: (\\d+)\nX-Hash: (\\w+)\n\n(.*)", Pattern.DOTALL);

    /** What the clients were told, whoever told it last. */
    private static final class Load {
        private final Set<String> accepted = ConcurrentHashMap.newKeySet();
        private final List<Thread> clients = new ArrayList<>();

        void start(ServerUnderTest server, long seed) {
            for (int client = 0; client < CLIENTS; client++) {
                String name = "client-" + client;
                Random random = new Random(seed * CLIENTS + client);
                Thread thread = new Thread(() -> send(server, name, random), name);
                clients.add(thread);
                thread.start();
            }
        }

        private void send(ServerUnderTest server, String client, Random random) {
            int number = 0;
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                while (number < 100_000) {
                    String name = client + "." + number++;
                    session.envelope(Mail.SENDER, Mail.RECIPIENT);
                    byte[] message = message(name, random);
                    if (session.data(message).code() == 250) {
                        accepted.add(name);
                    }
                }
            } catch (AssertionError | UncheckedIOException e) {
                // the server was killed: the session ends here
            }
        }

        void awaitAccepted(int count) {
            Eventually.holds(count + " messages", () -> accepted.size() >= count);
        }

        void awaitEnd() throws InterruptedException {
            for (Thread client : clients) {
                client.join();
            }
        }
    }

    private static byte[] message(String name, Random random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(LONGEST) : random.nextInt(4_000);
        StringBuilder body = new StringBuilder(length + 80);
        while (body.length() < length) {
            byte[] octets = new byte[1 + random.nextInt(30)];
            random.nextBytes(octets);
            body.append(HexFormat.of().formatHex(octets)).append('\n');
        }
        String text = body.toString();
        String header =
                "Subject: %s\nX-Length: %d\nX-Hash: %s\n\n"
                        .formatted(name, text.length(), hash(text));
        return (header + text).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String hash(String text) {
        try {
            byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The names of all messages, each of which must be whole. */
    private static Set<String> wholeMessages(Maildir maildir) {
        Set<String> names = new HashSet<>();
        for (StoredMessage stored : maildir.messages()) {
            Matcher matcher = SHAPE.matcher(stored.contentText());
            assertThat(matcher.matches()).as("the shape of %s", stored.file()).isTrue();
            String body = matcher.group(4);
            assertThat(body).as(matcher.group(1)).hasSize(Integer.parseInt(matcher.group(2)));
            assertThat(hash(body)).as(matcher.group(1)).isEqualTo(matcher.group(3));
            assertThat(names.add(matcher.group(1))).as("twice: " + matcher.group(1)).isTrue();
        }
        return names;
    }

    @RepeatedTest(5)
    void keepsEveryMessageItAnsweredFor(RepetitionInfo round) throws InterruptedException {
        Load load = new Load();
        try (ServerUnderTest server =
                Mail.server().file("logging", "logging/warn LOGWARN").start()) {
            load.start(server, round.getCurrentRepetition());
            load.awaitAccepted(50 * round.getCurrentRepetition());
            server.kill();
            load.awaitEnd();
            Set<String> stored = wholeMessages(server.maildir());
            assertThat(stored).containsAll(load.accepted);
            // At most the one message of each client whose answer was lost.
            assertThat(stored.size() - load.accepted.size()).isLessThanOrEqualTo(CLIENTS);
        }
    }
}
