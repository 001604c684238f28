package org.qpsmtpd.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The plugins of a whole site, and scanners that take their time and find nothing. */
final class SiteChain {
    private static final int BACKLOG = 1024;
    private static final int CLAMD_MILLIS = 20;
    private static final int SPAMD_MILLIS = 80;
    private static final byte[] CLEAN = "stream: OK\0".getBytes(US_ASCII);
    private static final byte[] HAM = ham();

    private SiteChain() {}

    /** What is done with a connection. */
    private interface Scanner {
        void scan(InputStream in, Socket client) throws IOException;
    }

    /** The lines of {@code config/plugins}, but for the queue plugin's. */
    static List<String> lines() throws IOException {
        return List.of(
                "relay",
                "fcrdns",
                "dnsbl",
                "helo",
                "resolvable_fromhost",
                "karma",
                "rcpt_ok",
                "headers",
                "uribl",
                "virus/clamdscan on_error defer timeout 30 clamd_port " + listen(SiteChain::clamd),
                "spamassassin on_error defer timeout 30 spamd_socket 127.0.0.1:"
                        + listen(SiteChain::spamd));
    }

    private static int listen(Scanner scanner) throws IOException {
        ServerSocket socket = new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1"));
        start(() -> accept(socket, scanner));
        return socket.getLocalPort();
    }

    private static void accept(ServerSocket socket, Scanner scanner) {
        try {
            while (true) {
                Socket client = socket.accept();
                start(() -> serve(client, scanner));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(Socket client, Scanner scanner) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream())) {
            scanner.scan(in, client);
        } catch (IOException e) {
            System.err.println("bench: a scanner lost a client: " + e.getMessage());
        }
    }

    /** INSTREAM, or VERSION, once a connection. */
    private static void clamd(InputStream in, Socket client) throws IOException {
        DataInputStream data = new DataInputStream(in);
        StringBuilder command = new StringBuilder();
        for (int c = in.read(); c > 0; c = in.read()) {
            command.append((char) c);
        }
        if (command.toString().equals("zVERSION")) {
            client.getOutputStream().write("ClamAV 1/1/1\0".getBytes(US_ASCII));
            return;
        }
        for (int length = data.readInt(); length > 0; length = data.readInt()) {
            if (data.skipBytes(length) < length) {
                throw new EOFException();
            }
        }
        pause(CLAMD_MILLIS);
        client.getOutputStream().write(CLEAN);
    }

    private static void spamd(InputStream in, Socket client) throws IOException {
        byte[] unused = in.readAllBytes();
        pause(SPAMD_MILLIS);
        client.getOutputStream().write(HAM);
    }

    private static byte[] ham() {
        String fields =
                "X-Spam-Checker-Version: SpamAssassin 4.0.0 on bench.example.com\r\n"
                        + "X-Spam-Level:\r\n"
                        + "X-Spam-Status: No, score=-1.9 required=5.0 tests=BAYES_00\r\n"
                        + "\tautolearn=ham autolearn_force=no version=4.0.0\r\n\r\n";
        String answer = "SPAMD/1.1 0 EX_OK\r\nContent-length: " + fields.length() + "\r\n";
        return (answer + "Spam: False ; -1.9 / 5.0\r\n\r\n" + fields).getBytes(US_ASCII);
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(null, work, "scanner", 128 * 1024);
        thread.setDaemon(true);
        thread.start();
    }
}
