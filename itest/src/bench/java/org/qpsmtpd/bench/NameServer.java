package org.qpsmtpd.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/** Answers every question that no such name exists, at once and on loopback. */
final class NameServer {
    private static final int HEADER = 12;
    private static final int LARGEST_QUESTION = 512;

    private final DatagramSocket socket;

    private NameServer(DatagramSocket socket) {
        this.socket = socket;
    }

    /** Starts one that lasts as long as this process; returns its port. */
    static int start() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(new NameServer(socket)::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
        return socket.getLocalPort();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST_QUESTION], LARGEST_QUESTION);
        try {
            while (true) {
                packet.setLength(LARGEST_QUESTION);
                socket.receive(packet);
                if (toAnswer(packet)) {
                    socket.send(packet);
                }
            }
        } catch (IOException e) {
            System.err.println("bench: the name server ended: " + e.getMessage());
        }
    }

    /** Turns a packet with one question into its answer; false if it is none. */
    private static boolean toAnswer(DatagramPacket packet) {
        byte[] octets = packet.getData();
        int end = HEADER;
        while (end < packet.getLength() && octets[end] > 0) {
            end += octets[end] + 1;
        }
        end += 5;
        if (end > packet.getLength()) {
            return false;
        }
        octets[2] |= (byte) 0x80;
        octets[3] = (byte) 0x83;
        for (int at = 6; at < HEADER; at++) {
            octets[at] = 0;
        }
        packet.setLength(end);
        return true;
    }
}
