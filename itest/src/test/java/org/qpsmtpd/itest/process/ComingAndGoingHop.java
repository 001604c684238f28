package org.qpsmtpd.itest.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A next hop that is there or away as the test wants, and keeps what it has taken. */
final class ComingAndGoingHop implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private volatile boolean isUp = true;

    ComingAndGoingHop() {
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "next hop");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    void setUp(boolean up) {
        isUp = up;
    }

    /** What it has taken: the message, its lines ending in LF, an octet a character. */
    List<String> messages() {
        return messages;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            say(socket, isUp ? "220 hop.example.com ESMTP" : "421 4.3.2 down");
            String line = in.readLine();
            while (line != null && isUp) {
                if (line.equals("DATA")) {
                    say(socket, "354 go on");
                    take(in);
                }
                say(socket, line.contains("nobody") ? "550 5.1.1 no such user" : "250 2.0.0 Ok");
                line = in.readLine();
            }
        } catch (IOException e) {
            // The client went away.
        }
    }

    private void take(BufferedReader in) throws IOException {
        StringBuilder text = new StringBuilder();
        String line = in.readLine();
        while (line != null && !line.equals(".")) {
            text.append(line).append('\n');
            line = in.readLine();
        }
        if (line == null || !isUp) {
            throw new IOException("nothing was taken");
        }
        messages.add(text.toString());
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
