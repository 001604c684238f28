package org.qpsmtpd.plugin.rspamd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.qpsmtpd.testkit.StandIn;

/** Answers what rspamd is asked, as often as a connection asks. */
final class StandInRspamd implements StandIn.Script {
    private static final String LENGTH = "Content-Length: ";

    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Function<String, String> answer;

    /**
     * @param answer makes the octets of an answer from the header of a question
     */
    StandInRspamd(Function<String, String> answer) {
        this.answer = answer;
    }

    /** One that answers each question with the same JSON. */
    static StandInRspamd saying(String json) {
        return new StandInRspamd(head -> ok(json));
    }

    /** A whole answer. */
    static String ok(String json) {
        return "HTTP/1.1 200 OK\r\nServer: stand-in\r\nContent-Type: application/json\r\n"
                + LENGTH
                + json.getBytes(UTF_8).length
                + "\r\n\r\n"
                + json;
    }

    /** The headers of the questions, CRLF between their lines. */
    List<String> heads() {
        return heads;
    }

    /** The messages. */
    List<String> messages() {
        return messages;
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        for (String head = head(in); !head.isEmpty(); head = head(in)) {
            heads.add(head);
            int start = head.indexOf(LENGTH) + LENGTH.length();
            int length = Integer.parseInt(head.substring(start, head.indexOf('\r', start)));
            messages.add(new String(in.readNBytes(length), UTF_8));
            out.write(answer.apply(head).getBytes(UTF_8));
            out.flush();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append((char) octet);
        }
        return head.toString();
    }
}
