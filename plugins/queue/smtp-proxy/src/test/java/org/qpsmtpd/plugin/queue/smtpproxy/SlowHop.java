package org.qpsmtpd.plugin.queue.smtpproxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A next hop that takes one client's mail and sends each octet of its replies by itself. */
final class SlowHop implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

    SlowHop() throws IOException {
        Thread thread = new Thread(this::serve, "slow hop");
        thread.setDaemon(true);
        thread.start();
    }

    /** Where it listens. */
    String port() {
        return String.valueOf(socket.getLocalPort());
    }

    private void serve() {
        try (Socket client = socket.accept()) {
            client.setTcpNoDelay(true);
            OutputStream out = client.getOutputStream();
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
            say(out, "220 hop");
            boolean inMessage = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (inMessage && !line.equals(".")) {
                    continue;
                }
                inMessage = line.equals("DATA");
                say(out, inMessage ? "354 go on" : "250-2.0.0\r\n250 2.0.0 kept");
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private static void say(OutputStream out, String reply) throws IOException {
        for (byte octet : (reply + "\r\n").getBytes(US_ASCII)) {
            out.write(octet);
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
