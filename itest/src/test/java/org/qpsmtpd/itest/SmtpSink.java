package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Postfix's smtp-sink, which writes each message it gets into a file. */
final class SmtpSink implements AutoCloseable {
    private final Path directory;
    private final Process process;
    private final ProcessOutput output;
    private final int port;

    private SmtpSink(Path directory, Process process, int port) {
        this.directory = directory;
        this.process = process;
        this.output = ProcessOutput.of(process.getInputStream());
        this.port = port;
    }

    /** Starts it; it writes into this directory. */
    static SmtpSink start(Path directory) {
        Program program = Program.find("smtp-sink", "postfix");
        int port = FreePort.take();
        List<String> arguments = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            arguments.addAll(List.of("-u", "root"));
        }
        arguments.addAll(List.of("-d", directory + "/message.", "127.0.0.1:" + port, "100"));
        SmtpSink sink = new SmtpSink(directory, program.start(arguments, List.of()), port);
        sink.awaitListening();
        return sink;
    }

    private void awaitListening() {
        long deadline = System.nanoTime() + Waiting.LIMIT.toNanos();
        while (!isListening()) {
            assertThat(process.isAlive()).as("smtp-sink: %s", output.text()).isTrue();
            assertThat(System.nanoTime() - deadline).as("smtp-sink does not listen").isNegative();
            Thread.onSpinWait();
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** What it got. */
    List<Dump> messages() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Dump::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        output.awaitEnd();
    }

    /**
     * A message in its file: some lines about the envelope, a Received field of three lines, the
     * message with its lines ending in LF, and one more LF.
     *
     * @param firstRecipient without angle brackets
     * @param content the message, one octet a character
     */
    record Dump(String firstRecipient, String content) {
        private static final String RECIPIENT = "X-Rcpt-Args: <";

        private static Dump read(Path file) {
            try {
                return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Dump parse(String text) {
            int recipient = text.indexOf(RECIPIENT) + RECIPIENT.length();
            int start = text.indexOf("\nReceived: from ") + 1;
            for (int line = 0; line < 3; line++) {
                start = text.indexOf('\n', start) + 1;
            }
            return new Dump(
                    text.substring(recipient, text.indexOf('>', recipient)),
                    text.substring(start, text.length() - 1));
        }
    }
}
