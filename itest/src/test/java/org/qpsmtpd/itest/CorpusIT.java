package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail of all shapes, from several clients at once, comes out complete and as it was sent. */
class CorpusIT {
    private static final int CLIENTS = 8;
    private static final List<byte[]> MESSAGES = Corpus.messages();

    private final Path directory;

    CorpusIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void arrivesInTheMaildirAsItWasSent() throws InterruptedException {
        assertThat(MESSAGES).hasSizeGreaterThanOrEqualTo(200);
        try (ServerUnderTest server = maildirServer()) {
            send(server);
            Map<String, String> stored = new HashMap<>();
            for (StoredMessage message : server.maildir().messages()) {
                stored.put(message.deliveredTo().get(0), message.contentText());
                int index = Integer.parseInt(message.deliveredTo().get(0).substring(1, 4));
                assertThat(message.deliveredTo()).isEqualTo(recipients(index));
            }
            assertComplete(stored);
            assertThat(server.maildir().unfinished()).isEmpty();
        }
    }

    @Test
    void goesThroughSmtpForwardIntoAnotherServer() throws InterruptedException {
        try (ServerUnderTest second = maildirServer();
                ServerUnderTest first = forwardingServer(second.port())) {
            send(first);
            Map<String, String> stored = new HashMap<>();
            for (StoredMessage message : second.maildir().messages()) {
                String recipient = message.deliveredTo().get(0);
                stored.put(recipient, belowReceived(message.contentText()));
            }
            assertComplete(stored);
        }
    }

    @Test
    void goesThroughSmtpForwardIntoSmtpSink() throws InterruptedException {
        try (SmtpSink sink = SmtpSink.start(directory);
                ServerUnderTest server = forwardingServer(sink.port())) {
            send(server);
            Map<String, String> stored = new HashMap<>();
            for (SmtpSink.Dump message : sink.messages()) {
                stored.put(message.firstRecipient(), belowReceived(message.content()));
            }
            assertComplete(stored);
        }
    }

    private static ServerUnderTest maildirServer() {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/maildir MAIL")
                .file("me-auth-results", "none")
                .file("loglevel", "4")
                .start();
    }

    private static ServerUnderTest forwardingServer(int port) {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/smtp-forward 127.0.0.1 " + port)
                .file("me-auth-results", "none")
                .file("loglevel", "4")
                .start();
    }

    /**
     * What is below the field that the forwarding server put on top; no message begins with a
     * blank.
     */
    private static String belowReceived(String content) {
        assertThat(content)
                .startsWith("Received: from ")
                .contains("\n by mx.example.org (qpsmtpd/");
        int end = content.indexOf('\n') + 1;
        while (content.startsWith(" ", end)) {
            end = content.indexOf('\n', end) + 1;
        }
        return content.substring(end);
    }

    private static void assertComplete(Map<String, String> stored) {
        assertThat(stored).hasSameSizeAs(MESSAGES);
        for (int i = 0; i < MESSAGES.size(); i++) {
            String sent = new String(MESSAGES.get(i), StandardCharsets.ISO_8859_1);
            assertThat(stored.get(recipients(i).get(0)))
                    .as("message %s", i)
                    .isEqualTo(sent.replace("\r\n", "\n"));
        }
    }

    private static List<String> recipients(int message) {
        List<String> recipients = new ArrayList<>();
        recipients.add(String.format("m%03d@example.com", message));
        int more = message % 7 == 0 ? message / 2 : 0;
        for (int i = 0; i < more; i++) {
            recipients.add("more-" + i + "@example.com");
        }
        return recipients;
    }

    private static void send(ServerUnderTest server) throws InterruptedException {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> running = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int first = client;
            running.add(clients.submit(() -> sendFrom(server, first)));
        }
        clients.shutdown();
        for (Future<?> client : running) {
            try {
                client.get();
            } catch (ExecutionException e) {
                clients.shutdownNow();
                throw new AssertionError(e.getCause());
            }
        }
    }

    /** Sends every eighth message, five on a connection. */
    private static void sendFrom(ServerUnderTest server, int first) {
        int next = first;
        while (next < MESSAGES.size()) {
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                for (int i = 0; i < 5 && next < MESSAGES.size(); i++) {
                    send(smtp, next);
                    next += CLIENTS;
                }
                smtp.send("QUIT");
                smtp.expect(221);
            }
        }
    }

    private static void send(SmtpDialogue smtp, int index) {
        byte[] message = MESSAGES.get(index);
        switch (index / CLIENTS % 4) {
            case 0 -> sendAtOnce(smtp, index, message);
            case 1 -> sendPipelined(smtp, index, message);
            case 2 -> sendInPieces(smtp, index, message);
            default -> sendInChunks(smtp, index, message);
        }
    }

    private static void sendAtOnce(SmtpDialogue smtp, int index, byte[] message) {
        envelope(smtp, index);
        assertThat(smtp.data(message).code()).as(smtp.transcript()).isEqualTo(250);
    }

    private static void envelope(SmtpDialogue smtp, int index) {
        smtp.envelope("joe@example.net", recipients(index).toArray(new String[0]));
    }

    private static void sendPipelined(SmtpDialogue smtp, int index, byte[] message) {
        StringBuilder commands = new StringBuilder("MAIL FROM:<joe@example.net> BODY=8BITMIME\r\n");
        List<String> recipients = recipients(index);
        recipients.forEach(to -> commands.append("RCPT TO:<").append(to).append(">\r\n"));
        smtp.sendText(commands + "DATA\r\n");
        for (int i = 0; i <= recipients.size(); i++) {
            smtp.expect(250);
        }
        smtp.expect(354);
        smtp.sendBytes(SmtpDialogue.stuffed(message));
        smtp.expect(250);
    }

    private static void sendInPieces(SmtpDialogue smtp, int index, byte[] message) {
        Random random = new Random(index);
        envelope(smtp, index);
        smtp.send("DATA");
        smtp.expect(354);
        byte[] wire = SmtpDialogue.stuffed(message);
        int from = 0;
        while (from < wire.length) {
            int to = Math.min(wire.length, from + 1 + random.nextInt(wire.length / 20 + 10));
            smtp.sendBytes(Arrays.copyOfRange(wire, from, to));
            from = to;
        }
        smtp.expect(250);
    }

    private static void sendInChunks(SmtpDialogue smtp, int index, byte[] message) {
        Random random = new Random(index);
        envelope(smtp, index);
        int from = 0;
        while (from < message.length) {
            int to = Math.min(message.length, from + random.nextInt(message.length / 5 + 10));
            chunk(smtp, "", Arrays.copyOfRange(message, from, to));
            from = to;
        }
        chunk(smtp, " LAST", new byte[0]);
    }

    private static void chunk(SmtpDialogue smtp, String last, byte[] octets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String command = "BDAT " + octets.length + last + "\r\n";
        out.writeBytes(command.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(octets);
        smtp.sendBytes(out.toByteArray());
        smtp.expect(250);
    }
}
