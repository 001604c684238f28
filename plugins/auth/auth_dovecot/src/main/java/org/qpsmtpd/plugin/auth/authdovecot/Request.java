package org.qpsmtpd.plugin.auth.authdovecot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.qpsmtpd.api.session.Connection;

/** Writes the lines of the protocol. */
final class Request {
    /** Dovecot takes no longer line. */
    static final int LONGEST = 8_000;

    private Request() {}

    /** Begins an attempt; the client has said nothing yet. */
    static byte[] begin(String id, String mechanism, Connection client, boolean penalty) {
        return (head(id, mechanism, client, penalty) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins an attempt with the client's initial response. */
    static byte[] begin(
            String id, String mechanism, Connection client, boolean penalty, byte[] response) {
        return line(head(id, mechanism, client, penalty) + "\tresp=", response);
    }

    /** Goes on with the client's next response. */
    static byte[] next(String id, byte[] response) {
        return line("CONT\t" + id + "\t", response);
    }

    private static String head(String id, String mechanism, Connection client, boolean penalty) {
        StringBuilder head = new StringBuilder("AUTH\t" + id + "\t" + mechanism + "\tservice=smtp");
        if (client.tls().isPresent()) {
            head.append("\tsecured=tls");
        }
        if (!penalty) {
            head.append("\tno-penalty");
        }
        head.append("\trip=")
                .append(client.remoteIp())
                .append("\trport=")
                .append(client.remotePort());
        if (!client.localIp().isEmpty()) {
            head.append("\tlip=").append(client.localIp());
            head.append("\tlport=").append(client.localPort());
        }
        return head.toString();
    }

    /** To be wiped: it has the response. */
    private static byte[] line(String before, byte[] response) {
        byte[] head = before.getBytes(StandardCharsets.US_ASCII);
        byte[] base64 = Base64.getEncoder().encode(response);
        byte[] all = Arrays.copyOf(head, head.length + base64.length + 1);
        System.arraycopy(base64, 0, all, head.length, base64.length);
        all[all.length - 1] = '\n';
        Arrays.fill(base64, (byte) 0);
        return all;
    }
}
