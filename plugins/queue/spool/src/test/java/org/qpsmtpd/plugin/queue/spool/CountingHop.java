package org.qpsmtpd.plugin.queue.spool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A next hop that is there or away as the test wants, and counts what it has taken by number. */
final class CountingHop implements AutoCloseable {
    private static final Pattern MESSAGE =
            Pattern.compile(
                    "Subject: ([0-9]+)\nX-Lines: ([0-9]+)\n\n((?:line\n)*)", Pattern.DOTALL);

    private final ServerSocket listener;
    private final Map<Integer, Integer> taken = new ConcurrentHashMap<>();
    private volatile boolean isUp = true;
    private volatile String broken = "";

    CountingHop() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "counting hop");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    void setUp(boolean up) {
        isUp = up;
    }

    /** How often each number was taken. */
    Map<Integer, Integer> taken() {
        return taken;
    }

    /** The last message that was not as it should be; empty when all were. */
    String broken() {
        return broken;
    }

    /** The text of a message by number; different numbers give different lengths. */
    static String message(int number) {
        int lines = number % 300;
        return "Subject: " + number + "\nX-Lines: " + lines + "\n\n" + "line\n".repeat(lines);
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
            if (say(socket, isUp ? "220 hop ESMTP" : "421 4.3.2 down") && isUp) {
                talk(socket, in);
            }
        } catch (IOException e) {
            // The client was killed.
        }
    }

    private void talk(Socket socket, BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && isUp) {
            if (line.equals("DATA")) {
                say(socket, "354 go on");
                if (!message(in)) {
                    return;
                }
            }
            say(socket, "250 2.0.0 Ok");
            line = in.readLine();
        }
    }

    private boolean message(BufferedReader in) throws IOException {
        StringBuilder text = new StringBuilder();
        String line = in.readLine();
        while (line != null && !line.equals(".")) {
            text.append(line).append('\n');
            line = in.readLine();
        }
        if (line == null || !isUp) {
            return false; // it has gone down in between, and has taken nothing
        }
        Matcher message = MESSAGE.matcher(text);
        if (!message.matches() || message.group(3).length() != 5 * number(message.group(2))) {
            broken = text.toString();
            return true;
        }
        taken.merge(number(message.group(1)), 1, Integer::sum);
        return true;
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    private static boolean say(Socket socket, String line) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
